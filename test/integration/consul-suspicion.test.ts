import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Query } from '../../src/catalog/query.ts';
import { describeError } from '../../src/core/errors.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { ConsulPolicy } from '../support/consul-tokens.ts';
import { Follower } from '../support/follower.ts';
import { waitUntil } from '../support/wait-until.ts';

const ALL =
  'service_prefix "" { policy = "read" } node_prefix "" { policy = "read" } key_prefix "" { policy = "read" }';
const SALES = { kind: 'service', name: 'sales', passingOnly: true } as const;
const states = ({ answers }: { readonly answers: readonly { readonly state: string }[] }) =>
  answers.map(({ state }) => state);
const ids = (instances: readonly { readonly ID: string }[]) => instances.map(({ ID }) => ID);

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function follow<const Q extends Query>(
  address: string,
  token: string | undefined,
  query: Q,
): Follower<Q> {
  const catalog = catalogOn(address, token === undefined ? {} : { token });
  ends.push(() => catalog.close());
  const follower = new Follower(catalog, query);
  ends.push(() => follower.stop());
  return follower;
}

describe('a token that loses its rights', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul({ acl: true });
    for (const id of ['s1', 's2', 's3']) await agent.register({ ID: id, Name: 'sales', Port: 80 });
    await agent.putKey('app/a', '1');
    await agent.putKey('app/b', '2');
  });
  afterAll(() => agent.stop());

  /** Registers and takes away an instance, so that queries which wait are woken. */
  async function touchSales(): Promise<void> {
    await agent.register({ ID: 'extra', Name: 'sales', Port: 80 });
    await agent.deregister('extra');
  }

  it('keeps all instances when its policy is narrowed, names the rule, and goes on when it is widened', async () => {
    const policy = await ConsulPolicy.make(agent, ALL);
    const sales = follow(agent.address, policy.token, SALES);
    await sales.fresh((instances) => instances.length === 3);
    await policy.write('node_prefix "" { policy = "read" }');
    await agent.register({ ID: 's4', Name: 'sales', Port: 80 });
    // A query that waits already keeps the rights that it began with for one more answer.
    await agent.register({ ID: 's5', Name: 'sales', Port: 80 });
    const told = describeError(await sales.suspect());
    expect(told).toContain('leaves out what the token may not read');
    expect(told).toContain('service "sales" { policy = "read" }');
    expect(told).not.toContain(policy.token);
    expect(sales.last?.value?.length).toBeGreaterThanOrEqual(3);

    await policy.write(ALL);
    await sales.fresh((instances) => instances.length === 5);
    await agent.deregister('s4');
    await agent.deregister('s5');
    await sales.fresh((instances) => instances.length === 3);
    expect(sales.answers.every(({ value }) => (value?.length ?? 0) >= 3)).toBe(true);
  });

  it('keeps all instances when it may not read their nodes any more', async () => {
    const policy = await ConsulPolicy.make(agent, ALL);
    const sales = follow(agent.address, policy.token, SALES);
    await sales.fresh((instances) => instances.length === 3);
    await policy.write('service_prefix "" { policy = "read" }');
    await touchSales();
    await touchSales();
    expect(describeError(await sales.suspect())).toContain('node_prefix "" { policy = "read" }');
    expect(sales.last?.value).toHaveLength(3);
  });

  it('keeps one of many instances that is on a node which it may not read any more', async () => {
    const register = (node: string, port: number): Promise<unknown> =>
      agent.expectOk(
        'PUT',
        '/v1/catalog/register',
        JSON.stringify({
          ...{ Node: node, Address: '10.0.0.9' },
          Service: { ID: `spread-${node}`, Service: 'spread', Port: port },
        }),
      );
    for (const node of ['east-1', 'east-2', 'east-3', 'west-1']) await register(node, 1);
    const policy = await ConsulPolicy.make(agent, ALL);
    const query = { kind: 'service', name: 'spread', passingOnly: true } as const;
    const spread = follow(agent.address, policy.token, query);
    await spread.fresh((instances) => instances.length === 4);
    const services = 'service_prefix "" { policy = "read" }';
    await policy.write(`${services} node_prefix "east-" { policy = "read" }`);
    // A query that waits already keeps the rights that it began with for one more answer.
    for (const port of [2, 3]) await register('east-1', port);
    expect(describeError(await spread.suspect())).toContain('node_prefix "" { policy = "read" }');
    expect(spread.last?.value).toHaveLength(4);
    await policy.write(ALL);
    await spread.fresh((instances) => instances.some(({ Port }) => Port === 3));
    await agent.expectOk('PUT', '/v1/catalog/deregister', '{"Node":"west-1"}');
    await spread.fresh((instances) => instances.length === 3);
    expect(spread.answers.every(({ value }) => (value?.length ?? 0) >= 3)).toBe(true);
    for (const node of ['east-1', 'east-2', 'east-3']) {
      await agent.expectOk('PUT', '/v1/catalog/deregister', JSON.stringify({ Node: node }));
    }
  });

  it('keeps the names of services and of nodes', async () => {
    const policy = await ConsulPolicy.make(agent, ALL);
    const services = follow(agent.address, policy.token, { kind: 'services' });
    const nodes = follow(agent.address, policy.token, { kind: 'nodes' });
    await services.fresh((found) => found.length === 2);
    await nodes.fresh((found) => found.length === 1);
    await policy.write('service "sales" { policy = "read" }');
    await agent.expectOk(
      'PUT',
      '/v1/catalog/register',
      '{"Node":"other","Address":"10.0.0.9","Service":{"Service":"web","Port":1}}',
    );
    await agent.expectOk('PUT', '/v1/catalog/deregister', '{"Node":"other"}');
    expect(describeError(await services.suspect())).toContain('service_prefix ""');
    expect(describeError(await nodes.suspect())).toContain('node_prefix ""');
    expect(services.last?.value?.length).toBeGreaterThanOrEqual(2);
    expect(nodes.last?.value?.length).toBeGreaterThanOrEqual(1);
  });

  it('keeps a node and the services on it', async () => {
    const policy = await ConsulPolicy.make(agent, ALL);
    const node = follow(agent.address, policy.token, { kind: 'node', name: 'test-node' });
    const before = await node.fresh((detail) => (detail?.Services.length ?? 0) >= 4);
    await policy.write('node "test-node" { policy = "read" }');
    await touchSales();
    await touchSales();
    expect(describeError(await node.suspect())).toContain('service_prefix ""');
    await policy.write('service_prefix "" { policy = "read" }');
    await waitUntil(
      () =>
        node.last?.state === 'suspect' &&
        /needs node "test-node"/.test(describeError(node.last.reason)),
      { what: 'the other rule' },
    );
    expect(node.last?.value?.Services.length).toBeGreaterThanOrEqual(before?.Services.length ?? 4);
  });

  it('keeps the keys that it may not read any more, all of them or half', async () => {
    const policy = await ConsulPolicy.make(agent, ALL);
    const tree = follow(agent.address, policy.token, { kind: 'tree', prefix: 'app' });
    await tree.fresh((pairs) => pairs.length === 2);
    await policy.write('key "app/a" { policy = "read" }');
    for (const value of ['3', '4', '1']) await agent.putKey('app/a', value);
    expect(describeError(await tree.suspect())).toContain('key_prefix "app" { policy = "read" }');
    expect(tree.last?.value).toHaveLength(2);
    await policy.write('key_prefix "" { policy = "read" }');
    await tree.fresh((pairs) => pairs.length === 2);
  });

  it('is told to be unknown when it is deleted, and the last answer kept', async () => {
    const policy = await ConsulPolicy.make(agent, ALL);
    const sales = follow(agent.address, policy.token, SALES);
    await sales.fresh((instances) => instances.length === 3);
    await policy.deleteToken();
    await touchSales();
    await touchSales();
    expect(describeError(await sales.held())).toMatch(/token is unknown/);
    expect(sales.last?.value).toHaveLength(3);
  });

  it('never had them: that is no empty service either', async () => {
    const without = await ConsulPolicy.make(agent, 'node_prefix "" { policy = "read" }');
    const sales = follow(agent.address, without.token, SALES);
    expect(describeError(await sales.suspect())).toContain('service "sales"');
    const halfOf = await ConsulPolicy.make(agent, 'service "sales" { policy = "read" }');
    const nodeless = follow(agent.address, halfOf.token, SALES);
    expect(describeError(await nodeless.suspect())).toContain('node_prefix ""');
    const keyless = follow(agent.address, without.token, { kind: 'tree', prefix: 'app' });
    expect(describeError(await keyless.suspect())).toContain('key_prefix "app"');
    const nodes = follow(agent.address, halfOf.token, { kind: 'nodes' });
    expect(describeError(await nodes.suspect())).toContain('node_prefix ""');
    expect([sales, nodeless, keyless, nodes].flatMap(states)).toEqual(
      Array.from({ length: 4 }, () => 'suspect'),
    );
    await without.write(ALL);
    await sales.fresh((instances) => instances.length === 3);
  });

  it('is no reason where there is nothing to be seen', async () => {
    const policy = await ConsulPolicy.make(
      agent,
      'service_prefix "none" { policy = "read" } node "test-node" { policy = "read" } key_prefix "none" { policy = "read" }',
    );
    const service = follow(agent.address, policy.token, { ...SALES, name: 'none' });
    const tree = follow(agent.address, policy.token, { kind: 'tree', prefix: 'none' });
    expect(await service.fresh()).toEqual([]);
    expect(await tree.fresh()).toEqual([]);
    expect([...states(service), ...states(tree)]).toEqual(['fresh', 'fresh']);
  });
});

it('asks the servers through a client agent, whose own word on rights is half a minute old', async () => {
  const server = await startConsul({ acl: true });
  ends.push(() => server.stop());
  const client = await startConsul({ acl: true, clientOf: server });
  ends.push(() => client.stop());
  await server.register({ ID: 's1', Name: 'sales', Port: 80 });
  const policy = await ConsulPolicy.make(server, ALL);
  const sales = follow(client.address, policy.token, SALES);
  await sales.fresh((instances) => instances.length === 1);
  await policy.write('node_prefix "" { policy = "read" }');
  for (const id of ['s2', 's3']) await server.register({ ID: id, Name: 'sales', Port: 80 });
  expect(describeError(await sales.suspect())).toContain('service "sales" { policy = "read" }');
});

describe('what is really gone', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul();
  });
  afterAll(() => agent.stop());

  it('is believed at once, one by one and to the last', async () => {
    for (const id of ['s1', 's2', 's3']) await agent.register({ ID: id, Name: 'sales', Port: 80 });
    await agent.putKey('app/a', '1');
    const sales = follow(agent.address, undefined, SALES);
    const tree = follow(agent.address, undefined, { kind: 'tree', prefix: 'app' });
    const key = follow(agent.address, undefined, { kind: 'key', path: 'app/a' });
    await sales.fresh((instances) => instances.length === 3);
    await tree.fresh((pairs) => pairs.length === 1);
    await key.fresh((pair) => pair !== null);
    const took: number[] = [];
    for (const id of ['s2', 's1', 's3']) {
      const before = sales.answers.length;
      const startedAt = performance.now();
      await agent.deregister(id);
      await sales.fresh(
        (instances) => sales.answers.length > before && !ids(instances).includes(id),
      );
      took.push(performance.now() - startedAt);
    }
    await agent.deleteKey('app/a');
    await tree.fresh((pairs) => pairs.length === 0);
    await key.fresh((pair) => pair === null);
    expect([...states(sales), ...states(tree), ...states(key)]).not.toContain('suspect');
    // What is doubted takes 5 s.
    expect(Math.min(...took)).toBeLessThan(2000);
  });

  it('is believed when the agent comes back without its data, once that has stayed so', async () => {
    const own = await startConsul({ dataDir: true });
    ends.push(() => own.stop());
    for (let turn = 0; turn < 30; turn++) await own.putKey('other', String(turn));
    for (const id of ['s1', 's2', 's3']) await own.register({ ID: id, Name: 'sales', Port: 80 });
    const sales = follow(own.address, undefined, SALES);
    await sales.fresh((instances) => instances.length === 3);
    await own.restart({ wipe: true });
    expect(describeError(await sales.suspect())).toMatch(/believed when it stays so for 5s/);
    expect(sales.last?.value).toHaveLength(3);
    await own.register({ ID: 's1', Name: 'sales', Port: 80 });
    expect(await sales.fresh((instances) => instances.length === 1, 12_000)).toHaveLength(1);
    const lengths = sales.answers.map(({ value }) => value?.length);
    expect(lengths).not.toContain(0);
  });

  it('is believed after a snapshot was restored, once that has stayed so', async () => {
    const snapshot = await agent.saveSnapshot();
    await agent.putKey('app/new', '1');
    const tree = follow(agent.address, undefined, { kind: 'tree', prefix: 'app/' });
    const key = follow(agent.address, undefined, { kind: 'key', path: 'app/new' });
    await tree.fresh((pairs) => pairs.length === 1);
    await key.fresh((pair) => pair !== null);
    await agent.restoreSnapshot(snapshot);
    await tree.fresh((pairs) => pairs.length === 0, 12_000);
    await key.fresh((pair) => pair === null, 12_000);
    expect([states(tree), states(key)]).toEqual([
      ['fresh', 'suspect', 'fresh'],
      ['fresh', 'suspect', 'fresh'],
    ]);
  });
});
