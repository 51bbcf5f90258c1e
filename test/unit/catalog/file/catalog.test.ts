import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../../../src/catalog/catalog.ts';
import type { Query } from '../../../../src/catalog/query.ts';
import { createFileCatalog } from '../../../../src/catalog/file/index.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { Follower } from '../../../support/follower.ts';

const KEY = { kind: 'key', path: 'a' } as const;

describe('a catalog in a file', () => {
  let folder: string;
  let path: string;
  let catalog: Catalog;
  const ends: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autotmpl-catalog-'));
    path = join(folder, 'catalog.yaml');
    catalog = createFileCatalog({ path }, { clock: systemClock });
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    catalog.close();
    await rm(folder, { recursive: true, force: true });
  });

  function follow<const Q extends Query>(query: Q): Follower<Q> {
    const follower = new Follower(catalog, query);
    ends.push(() => follower.stop());
    return follower;
  }

  async function replace(text: string): Promise<void> {
    await writeFile(`${path}.new`, text);
    await rename(`${path}.new`, path);
  }

  it('keeps the last good document while the present one is broken, and says where', async () => {
    await replace('keys: {a: "1"}');
    const follower = follow(KEY);
    await follower.fresh((pair) => pair?.Value === '1');
    await replace('keys:\n  a: "1\n');
    const reason = await follower.held();
    expect(reason.message).toContain(`${path}:3:1`);
    expect(follower.last?.value).toMatchObject({ Value: '1' });
    await replace('keyz: {}');
    await replace('keys: {a: "2"}');
    await follower.fresh((pair) => pair?.Value === '2');
    expect(follower.answers.map(({ state }) => state)).toEqual(['fresh', 'held', 'fresh']);
  });

  it('tells the last good value to whoever comes while the document is broken', async () => {
    await replace('keys: {a: "1"}');
    const first = follow(KEY);
    await first.fresh();
    await replace('broken: ');
    await first.held();
    const second = follow(KEY);
    await second.held();
    expect(second.last?.value).toMatchObject({ Value: '1' });
  });

  it.each([
    ['is not there', undefined],
    ['is broken', '['],
    ['is empty', ''],
  ])('waits at the start for a document that %s', async (_, text) => {
    if (text !== undefined) await replace(text);
    const follower = follow(KEY);
    expect((await follower.held()).message).toContain(path);
    expect(follower.last?.value).toBeUndefined();
    await replace('keys: {a: "1"}');
    await follower.fresh((pair) => pair?.Value === '1');
  });

  it('holds the last value when the document is removed', async () => {
    await replace('keys: {a: "1"}');
    const follower = follow(KEY);
    await follower.fresh();
    await rm(path);
    await follower.held();
    expect(follower.last?.value).toMatchObject({ Value: '1' });
  });

  it('is read anew by those who come after everybody has left', async () => {
    await replace('keys: {a: "1"}');
    const first = follow(KEY);
    await first.fresh();
    await first.stop();
    await replace('keys: {a: "2"}');
    const second = follow(KEY);
    expect(await second.fresh()).toMatchObject({ Value: '2' });
    expect(second.answers).toHaveLength(1);
  });
});
