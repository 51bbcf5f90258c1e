import { describe, expect } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Query } from '../../src/catalog/query.ts';
import type { VaultOptions } from '../../src/catalog/vault/options.ts';
import type { VaultSecret } from '../../src/catalog/vault-facts.ts';
import { describeError } from '../../src/core/errors.ts';
import { Follower } from '../support/follower.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { vaultCatalogOn } from '../support/vault-catalog.ts';
import { VaultServer } from '../support/vault-server.ts';
import { waitUntil } from '../support/wait-until.ts';

const TOKEN = 'hvs.the-token-of-the-test';

const test = sideBySide(async (ends) => {
  const server = new VaultServer();
  server.addToken(TOKEN);
  const logger = recordingLogger();
  await server.start();
  ends.push(() => server.stop());

  function open(changes: Partial<VaultOptions> = {}): Catalog {
    const catalog = vaultCatalogOn(server.address, { token: TOKEN, ...changes }, logger);
    ends.push(() => catalog.close());
    return catalog;
  }

  function follow<const Q extends Query>(query: Q, catalog = open()): Follower<Q> {
    const follower = new Follower(catalog, query);
    ends.push(() => follower.stop());
    return follower;
  }

  return { ends, server, logger, open, follow };
});

const read = (path: string, parameters: Readonly<Record<string, string>> = {}) =>
  ({ kind: 'vaultRead', path, parameters }) as const;
const dataOf = (secret: VaultSecret | null) => secret?.Data;

describe.concurrent('a secret of KV version 2', () => {
  test('is read by its plain path and by the one of the API', async ({
    stage: { server, open, follow },
  }) => {
    server.put('app/db', { password: 'hunter22' });
    const catalog = open();
    for (const path of ['secret/app/db', 'secret/data/app/db']) {
      const data = dataOf(await follow(read(path), catalog).fresh());
      expect(data).toMatchObject({ data: { password: 'hunter22' }, metadata: { version: 1 } });
    }
  });

  test('is read in the version that was asked for', async ({ stage: { server, open, follow } }) => {
    server.put('app', { v: 'one' });
    server.put('app', { v: 'two' });
    const catalog = open();
    expect(dataOf(await follow(read('secret/app'), catalog).fresh())).toMatchObject({
      data: { v: 'two' },
    });
    expect(
      dataOf(await follow(read('secret/app', { version: '1' }), catalog).fresh()),
    ).toMatchObject({ data: { v: 'one' } });
  });

  test('is absent where it is not there, where its version was deleted, and comes when it is put', async ({
    stage: { server, open, follow },
  }) => {
    server.kv2.set('gone', [{ a: 'b' }, null]);
    const catalog = open();
    expect(await follow(read('secret/gone'), catalog).fresh()).toBeNull();
    const none = follow(read('secret/none'), catalog);
    expect(await none.fresh()).toBeNull();
    server.put('none', { here: 'now' });
    expect(dataOf(await none.fresh((secret) => secret !== null))).toMatchObject({
      data: { here: 'now' },
    });
  });

  test('is trouble, and no absence, where Vault does not say what is mounted', async ({
    stage: { server, open, follow },
  }) => {
    server.put('app', { a: 'b' });
    server.mountsAreHidden = true;
    const catalog = open();
    const said = describeError(await follow(read('secret/app'), catalog).held());
    expect(said).toContain('write secret/data/app');
    expect(await follow(read('secret/data/app'), catalog).fresh()).not.toBeNull();
  });
});

describe.concurrent('a secret without a lease', () => {
  test('is read again after the default lease, and a request ID alone is no news', async ({
    stage: { server, open, follow },
  }) => {
    server.put('app', { v: 'one' });
    const follower = follow(read('secret/app'), open({ defaultLeaseMs: 1100 }));
    await follower.fresh();
    await waitUntil(() => server.count('GET secret/data/app') >= 3, { what: 'three reads' });
    expect(follower.answers).toHaveLength(1);
    server.put('app', { v: 'two' });
    await follower.fresh((secret) => JSON.stringify(dataOf(secret)).includes('two'));
  });

  test('is not left alone for the 768 hours that KV version 1 says', async ({
    stage: { server, open, follow },
  }) => {
    server.kv1.set('app', { v: 'one' });
    const follower = follow(read('kv1/app'), open({ defaultLeaseMs: 1100 }));
    expect(dataOf(await follower.fresh())).toEqual({ v: 'one' });
    server.kv1.set('app', { v: 'two' });
    await follower.fresh((secret) => dataOf(secret)?.['v'] === 'two');
  });

  test('keeps every digit of a number', async ({ stage: { server, open, follow } }) => {
    server.failures.push(
      { status: 200, body: '{"data":{"path":"kv1/","type":"kv","options":{}}}' },
      { status: 200, body: '{"data":{"id":12345678901234567890,"one":1.0,"port":5432,"t":"1.0"}}' },
    );
    expect(dataOf(await follow(read('kv1/app'), open({ renewToken: false })).fresh())).toEqual({
      id: '12345678901234567890',
      one: '1.0',
      port: 5432,
      t: '1.0',
    });
  });
});

describe.concurrent('a secret with a lease', () => {
  test('is renewed, and stays what it is', async ({ stage: { server, logger, follow } }) => {
    server.leaseS = 2;
    const follower = follow(read('database/creds/app'));
    await follower.fresh();
    await waitUntil(() => server.count('PUT sys/leases/renew') >= 3, { what: 'three renewals' });
    expect(server.count('GET database/creds/app')).toBe(1);
    expect(follower.answers).toHaveLength(1);
    expect(logger.text()).toContain('renewed the lease of vaultRead(database/creds/app) for 2s');
  });

  test('is read anew before its greatest lease ends', async ({ stage: { server, follow } }) => {
    [server.leaseS, server.longestLeaseS] = [2, 4];
    const follower = follow(read('database/creds/app'));
    const first = dataOf(await follower.fresh());
    const second = dataOf(
      await follower.fresh((secret) => dataOf(secret)?.['password'] !== first?.['password']),
    );
    expect(second).toBeDefined();
    const [lease] = server.leases.values();
    expect(Date.now()).toBeLessThan(lease?.endsAtMs ?? 0);
  });

  test('is read anew at its threshold where it cannot be renewed', async ({
    stage: { server, follow },
  }) => {
    [server.leaseS, server.renewableLeases] = [2, false];
    const follower = follow(read('database/creds/app'));
    const startedAt = Date.now();
    await follower.fresh();
    await waitUntil(() => server.count('GET database/creds/app') >= 2, { what: 'a second read' });
    expect(Date.now() - startedAt).toBeGreaterThan(1600);
    expect(server.count('PUT sys/leases/renew')).toBe(0);
  });

  test('is read anew at once where its lease was revoked', async ({
    stage: { server, follow },
  }) => {
    server.leaseS = 2;
    const follower = follow(read('database/creds/app'));
    const first = dataOf(await follower.fresh());
    server.leases.clear();
    await follower.fresh((secret) => dataOf(secret)?.['password'] !== first?.['password']);
  });
});

describe.concurrent('what is written', () => {
  test('is answered, each data apart', async ({ stage: { open, follow } }) => {
    const catalog = open();
    const write = (plaintext: string) =>
      ({ kind: 'vaultWrite', path: 'transit/encrypt/app', data: { plaintext } }) as const;
    expect(dataOf(await follow(write('one'), catalog).fresh())).toEqual({
      ciphertext: 'vault:v1:one',
    });
    expect(dataOf(await follow(write('two'), catalog).fresh())).toEqual({
      ciphertext: 'vault:v1:two',
    });
  });

  test('is wrapped as KV version 2 wants it, and null where Vault has nothing to say', async ({
    stage: { server, open, follow },
  }) => {
    const catalog = open();
    const data = { password: 'hunter22' };
    await follow({ kind: 'vaultWrite', path: 'secret/app', data }, catalog).fresh();
    expect(server.kv2.get('app')).toEqual([data]);
    expect(await follow({ kind: 'vaultWrite', path: 'kv1/app', data }, catalog).fresh()).toBeNull();
  });
});

describe.concurrent('an error', () => {
  test('does not quote what was written', async ({ stage: { server, open, follow } }) => {
    const said = ['1 error occurred: bad password hunter22-x'];
    const catalog = open({ renewToken: false });
    server.failures.push(
      { status: 200, body: { data: { path: 'auth/', type: 'userpass', options: null } } },
      { status: 400, body: { errors: said } },
    );
    const data = { password: 'hunter22-x' };
    const query = { kind: 'vaultWrite', path: 'auth/userpass/login/bob', data } as const;
    const { message } = await follow(query, catalog).held();
    expect(message).toContain('400 1 error occurred: bad password ********');
  });
});

describe.concurrent('a list', () => {
  test('is sorted, and empty where there is nothing', async ({
    stage: { server, open, follow },
  }) => {
    server.put('app/b', {});
    server.put('app/a', {});
    server.put('app/c/d', {});
    server.kv1.set('x', {});
    const catalog = open();
    const list = (path: string) => follow({ kind: 'vaultList', path }, catalog).fresh();
    expect(await list('secret/app')).toEqual(['a', 'b', 'c/']);
    expect(await list('secret/metadata/app')).toEqual(['a', 'b', 'c/']);
    expect(await list('secret')).toEqual(['app/']);
    expect(await list('kv1')).toEqual(['x']);
    expect(await list('secret/none')).toEqual([]);
  });
});

describe.concurrent('trouble', () => {
  test('tells a missing policy line from a token that is no good', async ({
    stage: { server, logger, open, follow },
  }) => {
    server.put('app', { a: 'b' });
    server.addToken('hvs.poor', { paths: ['kv1/'] });
    const poor = describeError(
      await follow(read('secret/app'), open({ token: 'hvs.poor' })).held(),
    );
    expect(poor).toContain('403 permission denied');
    expect(poor).toContain('path "secret/data/app" { capabilities = ["read"] }');
    const unknown = describeError(
      await follow(read('secret/app'), open({ token: 'hvs.no' })).held(),
    );
    expect(unknown).toContain('it has expired, was revoked, or never was one (give a new token)');
    expect(poor + unknown + logger.text()).not.toMatch(/hvs\.(?:poor|no)/);
  });

  test('holds the last secret through it, and goes on', async ({
    stage: { server, open, follow },
  }) => {
    server.put('app', { v: 'one' });
    const follower = follow(read('secret/app'), open({ defaultLeaseMs: 1100 }));
    await follower.fresh();
    await server.stop();
    expect(describeError(await follower.held())).toContain('nobody answers there');
    expect(dataOf(follower.last?.value ?? null)).toMatchObject({ data: { v: 'one' } });
    server.put('app', { v: 'two' });
    await server.start();
    await follower.fresh((secret) => JSON.stringify(secret).includes('two'), 20_000);
  });

  test('says of a server that is sealed that it is, and goes on once it is not', async ({
    stage: { server, follow },
  }) => {
    server.put('app', { v: 'one' });
    server.sealed = true;
    const follower = follow(read('secret/app'));
    expect(describeError(await follower.held())).toMatch(/Vault at http:\S+ is sealed \(unseal it/);
    server.sealed = false;
    await follower.fresh(undefined, 20_000);
  });

  test.for<[number, RegExp]>([
    [429, /429 Too Many Requests/],
    [500, /500 Internal Server Error/],
    [412, /412 Precondition Failed/],
  ])('is no absence with a %i', async ([status, said], { stage: { server, open, follow } }) => {
    server.put('app', { v: 'one' });
    const follower = follow(read('secret/app'), open({ defaultLeaseMs: 1100, renewToken: false }));
    await follower.fresh();
    server.failures.push(...Array.from({ length: 3 }, () => ({ status })));
    expect((await follower.held()).message).toMatch(said);
    expect(follower.last?.value).toBeTruthy();
    await follower.fresh(undefined, 20_000);
  });

  test('follows a standby to the active server', async ({
    stage: { ends, server, logger, follow },
  }) => {
    server.put('app', { v: 'one' });
    const standby = new VaultServer();
    await standby.start();
    standby.redirectTo = server.address;
    const catalog = vaultCatalogOn(standby.address, { token: TOKEN }, logger);
    ends.push(
      () => standby.stop(),
      () => catalog.close(),
    );
    expect(dataOf(await follow(read('secret/app'), catalog).fresh())).toMatchObject({
      data: { v: 'one' },
    });
  });

  test('ends for a path that no request can carry', async ({ stage: { follow } }) => {
    expect(describeError(await follow(read('secret/../x')).thrown())).toContain(
      'has no address for',
    );
  });

  test('sends its namespace along', async ({ stage: { server, open, follow } }) => {
    server.put('app', { v: 'one' });
    await follow(read('secret/app'), open({ namespace: 'team/a' })).fresh();
    const { namespace } = server.asked.find(({ path }) => path === 'secret/data/app') ?? {};
    expect(namespace).toBe('team/a');
  });
});
