import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { configPages } from '../../../scripts/docs-config.mjs';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const pages = await configPages();

/** As much of JSON Schema as is looked at here. */
interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly description?: string;
  readonly additionalProperties?: boolean;
}

function allMaps(schema: Schema): Schema[] {
  const inner = [
    ...Object.values(schema.properties ?? {}),
    ...(schema.items ? [schema.items] : []),
  ];
  return [...(schema.properties ? [schema] : []), ...inner.flatMap(allMaps)];
}

describe('the generated reference', () => {
  it.each(Object.keys(pages))(
    'says what the code says (node scripts/docs-config.mjs writes it): %s',
    async (path) => {
      expect(await readFile(`${ROOT}/${path}`, 'utf8')).toBe(pages[path]);
    },
  );

  it('describes every key, and allows no other', () => {
    const schema = JSON.parse(pages['docs/reference/config.schema.json'] ?? '') as Schema;
    const maps = allMaps(schema);
    expect(maps).toHaveLength(34);
    for (const { properties, additionalProperties } of maps) {
      expect(additionalProperties).toBe(false);
      for (const [name, { description }] of Object.entries(properties ?? {})) {
        expect(description, name).toMatch(/\.$/);
      }
    }
  });

  it('has no key that is not supported yet', () => {
    const schema = pages['docs/reference/config.schema.json'] ?? '';
    expect(schema).not.toMatch(/"(?:etcd|zookeeper)"/);
  });
});
