import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import { parseHttpAddress } from '../../src/catalog/http/address.ts';
import { createNomadCatalog } from '../../src/catalog/nomad/index.ts';
import type { NomadOptions } from '../../src/catalog/nomad/options.ts';
import type { Query } from '../../src/catalog/query.ts';
import { describeError } from '../../src/core/errors.ts';
import { systemClock } from '../../src/core/time.ts';
import { Follower } from '../support/follower.ts';
import { NomadServer } from '../support/nomad-server.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { waitUntil } from '../support/wait-until.ts';

let server: NomadServer;
let catalogs: Catalog[];
let followers: { stop(): Promise<void> }[];

beforeEach(async () => {
  server = new NomadServer();
  [catalogs, followers] = [[], []];
  await server.start();
});
afterEach(async () => {
  for (const follower of followers) await follower.stop();
  for (const catalog of catalogs) catalog.close();
  await server.stop();
});

function open(changes: Partial<NomadOptions> = {}): Catalog {
  const address = parseHttpAddress(server.address, 4646);
  if (address === undefined) throw new Error('not an address');
  const options = {
    address,
    tls: { verify: true },
    waitMs: 60_000,
    maxConnections: 50,
    ...changes,
  };
  const catalog = createNomadCatalog(options, { clock: systemClock, logger: recordingLogger() });
  catalogs.push(catalog);
  return catalog;
}

function follow<const Q extends Query>(query: Q, catalog = open()): Follower<Q> {
  const follower = new Follower(catalog, query);
  followers.push(follower);
  return follower;
}

describe('services', () => {
  beforeEach(() => {
    server.register({ id: 'w2', name: 'web', port: 81, tags: ['v2', 'a'] });
    server.register({ id: 'w1', name: 'web', port: 80, tags: ['v1'], address: '10.0.0.1' });
    server.register({ id: 'd1', name: 'db', port: 5432, namespace: 'team' });
  });

  it('are listed by name with all their tags, by namespace or over all', async () => {
    const catalog = open();
    const web = { Name: 'web', Tags: ['a', 'v1', 'v2'] };
    expect(await follow({ kind: 'nomadServices' }, catalog).fresh()).toEqual([web]);
    const all = follow({ kind: 'nomadServices', namespace: '*' }, catalog);
    expect(await all.fresh()).toEqual([{ Name: 'db', Tags: [] }, web]);
    expect(await follow({ kind: 'nomadServices' }, open({ namespace: 'team' })).fresh()).toEqual([
      { Name: 'db', Tags: [] },
    ]);
  });

  it('have instances in order, with sorted tags, chosen by tag', async () => {
    const catalog = open();
    const web = await follow({ kind: 'nomadService', name: 'web' }, catalog).fresh();
    expect(web.map(({ ID, Address, Port, Tags }) => [ID, Address, Port, Tags])).toEqual([
      ['w1', '10.0.0.1', 80, ['v1']],
      ['w2', '127.0.0.1', 81, ['a', 'v2']],
    ]);
    const second = await follow({ kind: 'nomadService', name: 'web', tag: 'v2' }, catalog).fresh();
    expect(second.map(({ ID }) => ID)).toEqual(['w2']);
    expect(await follow({ kind: 'nomadService', name: 'none' }, catalog).fresh()).toEqual([]);
  });

  it('are followed', async () => {
    const follower = follow({ kind: 'nomadService', name: 'web' });
    await follower.fresh();
    server.register({ id: 'w3', name: 'web', port: 82 });
    await follower.fresh((instances) => instances.length === 3);
    server.deregister('w3');
    await follower.fresh((instances) => instances.length === 2);
  });

  it('are chosen alike for one key, and otherwise for another', async () => {
    for (let id = 0; id < 20; id++) server.register({ id: `x${id}`, name: 'many', port: id });
    const catalog = open();
    const chosen = async (key: string, count: number): Promise<string[]> => {
      const query = { kind: 'nomadService', name: 'many', choose: { count, key } } as const;
      return (await follow(query, catalog).fresh()).map(({ ID }) => ID);
    };
    const three = await chosen('alloc|1', 3);
    expect(three).toHaveLength(3);
    expect((await chosen('alloc|1', 5)).slice(0, 3)).toEqual(three);
    expect(await chosen('alloc|2', 3)).not.toEqual(three);
    expect(server.asked.map(({ url }) => url.searchParams.get('choose'))).toContain('3|alloc|1');
  });
});

describe('variables', () => {
  it('have their items in order, and are followed as they come, change and go', async () => {
    const follower = follow({ kind: 'nomadVar', path: 'nomad/jobs/web' });
    expect(await follower.fresh()).toBeNull();
    server.putVariable('nomad/jobs/web', { user: 'u', password: 'p' });
    const variable = await follower.fresh((found) => found !== null);
    expect(Object.keys(variable?.Items ?? {})).toEqual(['password', 'user']);
    expect(variable).toMatchObject({ Path: 'nomad/jobs/web', Namespace: 'default' });
    server.putVariable('nomad/jobs/web', { password: 'q' });
    await follower.fresh((found) => found?.Items['password'] === 'q');
    server.deleteVariable('nomad/jobs/web');
    await follower.fresh((found) => found === null);
  });

  it('are listed below a prefix', async () => {
    server.putVariable('nomad/jobs/web', { a: 'b' });
    server.putVariable('nomad/jobs/api', { a: 'b' });
    server.putVariable('other', { a: 'b' });
    const catalog = open();
    const list = async (prefix: string) =>
      (await follow({ kind: 'nomadVarList', prefix }, catalog).fresh()).map(({ Path }) => Path);
    expect(await list('nomad/')).toEqual(['nomad/jobs/api', 'nomad/jobs/web']);
    expect(await list('')).toEqual(['nomad/jobs/api', 'nomad/jobs/web', 'other']);
    expect(await list('none')).toEqual([]);
  });

  it('are looked for in their own namespace', async () => {
    server.putVariable('app', { where: 'default' });
    server.putVariable('app', { where: 'team' }, 'team');
    const found = await follow({ kind: 'nomadVar', path: 'app', namespace: 'team' }).fresh();
    expect(found?.Items).toEqual({ where: 'team' });
  });
});

describe('trouble', () => {
  it('holds what was last known, and goes on', async () => {
    server.putVariable('app', { v: 'one' });
    const follower = follow({ kind: 'nomadVar', path: 'app' });
    await follower.fresh();
    await server.stop();
    expect(describeError(await follower.held())).toContain('cannot ask Nomad at http://127.0.0.1');
    expect(follower.last?.value).toMatchObject({ Items: { v: 'one' } });
    server.putVariable('app', { v: 'two' });
    await server.start();
    await follower.fresh((found) => found?.Items['v'] === 'two', 20_000);
  });

  it('tells a token that Nomad does not know from one that may not', async () => {
    server.token = 'the-right-one';
    const query = { kind: 'nomadVar', path: 'app' } as const;
    const unknown = describeError(await follow(query, open({ token: 'wrong-one' })).held());
    expect(unknown).toContain('the token is unknown to Nomad');
    const none = describeError(await follow(query).held());
    expect(none).toContain(
      'the token needs namespace "default" { variables { path "app" { capabilities = ["read"] } } }',
    );
    expect(unknown).not.toContain('wrong-one');
    await follow(query, open({ token: 'the-right-one' })).fresh();
    expect(server.asked.at(-1)?.token).toBe('the-right-one');
  });

  it('does not take the answers of servers without a leader', async () => {
    server.hasLeader = false;
    const follower = follow({ kind: 'nomadServices' });
    expect((await follower.held()).message).toContain("Nomad's servers have no leader");
    server.hasLeader = true;
    await follower.fresh(undefined, 20_000);
  });

  it('says which name is wrong where a region is', async () => {
    const follower = follow({ kind: 'nomadServices', region: 'nowhere' });
    expect(describeError(await follower.held())).toMatch(/No path to region \(check the name/);
  });

  it('opens no more connections than it may', async () => {
    const catalog = open({ maxConnections: 4 });
    const all = Array.from({ length: 12 }, (_, at) =>
      follow({ kind: 'nomadVar', path: `app/${at}` }, catalog),
    );
    for (const follower of all) await follower.fresh();
    server.putVariable('app/11', { late: 'but here' });
    await all[11]?.fresh((found) => found !== null, 20_000);
    await waitUntil(() => server.asked.some(({ url }) => url.searchParams.has('index')), {
      what: 'a question that waits',
    });
    expect(server.mostConnections).toBeLessThanOrEqual(4);
  });
});
