import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';

import type { Answer } from '../../../../src/catalog/catalog.ts';
import { answerFrom } from '../../../../src/catalog/file/answers.ts';
import type { CatalogDocument } from '../../../../src/catalog/file/document.ts';
import { isCatalogQuery, queryId, type Query } from '../../../../src/catalog/query.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { resolve } from '../../../../src/renderer/resolve.ts';
import type { Engine, Recall } from '../../../../src/template/engine.ts';
import { BUILT_INS } from '../../../../src/template/gotemplate/built-ins.ts';
import { CONSUL_TEMPLATE_FUNCTIONS } from '../../../../src/template/gotemplate/consul-template-functions.ts';
import { createGoEngine } from '../../../../src/template/gotemplate/engine.ts';
import { migrateGoTemplate } from '../../../../src/template/migrate/go-to-nunjucks.ts';
import { createNunjucksEngine } from '../../../../src/template/nunjucks/engine.ts';
import {
  EXAMPLE_ENVIRONMENT,
  exampleCatalog,
  exampleNames,
  exampleSource,
  exampleText,
} from '../../../support/examples.ts';

const ROOT = fileURLToPath(new URL('../../../..', import.meta.url));

/** What is told of an example that may not be the same in the other language, or is not. All others are told nothing of. */
const UNTYPED_PRINTED =
  'a list, a map, a large number or nothing at all would be printed in another way';
const UNTYPED_TESTED = 'an empty list or map would be false in Go and is true in Nunjucks';
const PROBLEMS: Readonly<Record<string, readonly string[]>> = {
  json: [
    `4:9 uncertain: $settings := key "settings/app" | parseJSON: ${UNTYPED_TESTED}`,
    `4:58 uncertain: $settings.name: ${UNTYPED_PRINTED}`,
    `4:79 uncertain: $settings.limits.memory: ${UNTYPED_PRINTED}`,
    `4:109 uncertain: $settings.limits.burst: ${UNTYPED_PRINTED}`,
    `4:138 uncertain: $settings.debug: ${UNTYPED_PRINTED}`,
    '5:10 uncertain: $index, $region := $settings.regions: a map would be looped over by its names in Go, and not at all here',
    `5:78 uncertain: $region: ${UNTYPED_PRINTED}`,
  ],
  plugin: [
    `3:9 uncertain: plugin "printf" "{\\"a\\": [1, 2]}" | parseJSON: ${UNTYPED_TESTED}`,
    '3:66 uncertain: .a: a map would be looped over by its values in Go, and not at all here',
    `3:74 uncertain: .: ${UNTYPED_PRINTED}`,
  ],
  scratch: [
    `2:46 uncertain: .: ${UNTYPED_PRINTED}`,
    `6:5 uncertain: scratch.Get "count": ${UNTYPED_PRINTED}`,
    `7:71 uncertain: scratch.Get "name": ${UNTYPED_PRINTED}`,
  ],
};

const options = { environment: EXAMPLE_ENVIRONMENT, clock: systemClock };
const GO = createGoEngine({ ...options, functions: CONSUL_TEMPLATE_FUNCTIONS });
const NUNJUCKS = createNunjucksEngine({ ...options, searchPath: [] });
const FUNCTIONS = new Map([...BUILT_INS, ...CONSUL_TEMPLATE_FUNCTIONS]);

let catalog: CatalogDocument;
beforeAll(async () => {
  catalog = await exampleCatalog();
});

function answerTo(query: Query): Answer {
  if (isCatalogQuery(query)) return { state: 'fresh', value: answerFrom(catalog, query) };
  if (query.kind !== 'plugin') throw new Error(`no example asks for ${queryId(query)}`);
  const [program = '', ...words] = query.command;
  const output = execFileSync(program, words, { encoding: 'utf8' }).trim();
  return { state: 'fresh', value: { output } };
}

/** Renders as the program does, but with one more answer in each pass; a pass that fails on the way is thrown. */
function textOf(engine: Engine, name: string, text: string): string {
  const template = engine.compile(
    { name, text, folder: '/nowhere' },
    { strict: engine === NUNJUCKS, allowControlCharacters: false, missingKey: 'zero' },
  );
  const known = new Map<string, Answer>();
  for (;;) {
    const resolution = resolve(template, ((query) => known.get(queryId(query))) as Recall);
    if (resolution.kind === 'failed') throw resolution.error;
    if (resolution.kind === 'complete') return resolution.text;
    const [next] = resolution.missing;
    if (next === undefined) throw new Error('something is missing, and nothing is');
    known.set(queryId(next.query), answerTo(next.query));
  }
}

describe('an example that is migrated', () => {
  it.each(exampleNames())('gives the same text, whatever comes first: %s', (name) => {
    const source = exampleSource(name);
    const go = textOf(GO, `${name}.ctmpl`, source);
    expect(go).toBe(exampleText(name));
    const { text, problems } = migrateGoTemplate({
      name: `${name}.ctmpl`,
      text: source,
      delimiters: { left: '{{', right: '}}' },
      functions: FUNCTIONS,
    });
    expect(
      problems.map(
        ({ position, gravity, excerpt, reason }) =>
          `${position.line}:${position.column} ${gravity}: ${excerpt}: ${reason}`,
      ),
    ).toEqual(PROBLEMS[name] ?? []);
    expect(textOf(NUNJUCKS, `${name}.njk`, text), text).toBe(go);
  });

  it('is any Go template of this project', () => {
    const found = ['docs', 'examples', 'templates', 'test'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.(?:ctmpl|tmpl|tpl)$/.test(path))
        .map((path) => join(folder, path)),
    );
    const folder = 'test/fixtures/consul-template/examples';
    expect(found.sort()).toEqual(
      exampleNames()
        .map((name) => join(folder, `${name}.ctmpl`))
        .sort(),
    );
    expect(exampleNames()).toEqual(expect.arrayContaining(Object.keys(PROBLEMS)));
  });
});
