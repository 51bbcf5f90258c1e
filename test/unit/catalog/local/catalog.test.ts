import { mkdir, mkdtemp, rm, rmdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCatalog } from '../../../../src/catalog/index.ts';
import { createLocalCatalog } from '../../../../src/catalog/local/index.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { Follower } from '../../../support/follower.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';

describe('local files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autotmpl-local-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('are their text, and null where there is none', async () => {
    const path = join(folder, 'file');
    const follower = new Follower(createLocalCatalog({ clock: systemClock }), {
      kind: 'file',
      path,
    } as const);
    expect(await follower.fresh()).toBeNull();
    await writeFile(path, 'text\n');
    await follower.fresh((text) => text === 'text\n');
    await rm(path);
    await follower.fresh((text) => text === null);
    await follower.stop();
  });

  it('are held while they cannot be read', async () => {
    const path = join(folder, 'file');
    await writeFile(path, 'text');
    const follower = new Follower(createLocalCatalog({ clock: systemClock }), {
      kind: 'file',
      path,
    } as const);
    await follower.fresh();
    await rm(path);
    await mkdir(path);
    expect((await follower.held()).message).toContain(path);
    await rmdir(path);
    await writeFile(path, 'again');
    await follower.fresh((text) => text === 'again');
    await follower.stop();
  });

  it('are answered whatever the backend is, and all else by the backend', async () => {
    const path = join(folder, 'catalog.yaml');
    await writeFile(path, 'keys: {a: "1"}');
    const catalog = createCatalog(
      { backend: 'file', file: { path } },
      {},
      { clock: systemClock, logger: recordingLogger() },
    );
    const file = new Follower(catalog, { kind: 'file', path } as const);
    const key = new Follower(catalog, { kind: 'key', path: 'a' } as const);
    expect(await file.fresh()).toBe('keys: {a: "1"}');
    expect((await key.fresh())?.Value).toBe('1');
    await file.stop();
    await key.stop();
    catalog.close();
  });

  it.each([
    [{ kind: 'vaultList', path: 'secret' }, /no Vault is configured/, /VAULT_ADDR/],
    [{ kind: 'nomadServices' }, /no Nomad is configured/, /NOMAD_ADDR/],
  ] as const)('says what to set where nobody answers %j', async (query, message, advice) => {
    const path = join(folder, 'catalog.yaml');
    await writeFile(path, 'keys: {a: "1"}');
    const catalog = createCatalog(
      { backend: 'file', file: { path } },
      {},
      { clock: systemClock, logger: recordingLogger() },
    );
    const watch = catalog.watch(query, new AbortController().signal)[Symbol.asyncIterator]();
    await expect(watch.next()).rejects.toMatchObject({
      message: expect.stringMatching(message) as unknown,
      advice: expect.stringMatching(advice) as unknown,
    });
    catalog.close();
  });

  it('lets a catalog document answer for a Vault and a Nomad that nobody configured', async () => {
    const path = join(folder, 'catalog.yaml');
    await writeFile(
      path,
      'answers: {vaultList(secret): [a, "1"], "nomadServices()": [{Name: web, Tags: []}]}',
    );
    const catalog = createCatalog(
      { backend: 'file', file: { path } },
      {},
      { clock: systemClock, logger: recordingLogger() },
    );
    const vault = new Follower(catalog, { kind: 'vaultList', path: 'secret' } as const);
    const nomad = new Follower(catalog, { kind: 'nomadServices' } as const);
    expect(await vault.fresh()).toEqual(['a', '1']);
    expect(await nomad.fresh()).toEqual([{ Name: 'web', Tags: [] }]);
    await vault.stop();
    await nomad.stop();
    catalog.close();
  });
});
