import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { establishedSockets } from '../support/established-sockets.ts';
import { Follower } from '../support/follower.ts';
import { waitUntil } from '../support/wait-until.ts';

const COUNT = 1000;
/** What one transaction may hold. */
const BATCH = 50;

describe('many queries on a default agent', () => {
  let agent: ConsulAgent;
  const ends: (() => void | Promise<void>)[] = [];

  beforeAll(async () => {
    agent = await startConsul();
    for (let first = 0; first < COUNT; first += BATCH) {
      const operations = Array.from({ length: BATCH }, (_, offset) => ({
        KV: {
          Verb: 'set',
          Key: `many/${first + offset}`,
          Value: Buffer.from(`value ${first + offset}`).toString('base64'),
        },
      }));
      await agent.expectOk('PUT', '/v1/txn', JSON.stringify(operations));
    }
  });
  afterAll(() => agent.stop());
  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  function openCatalog(maxConnections?: number) {
    const catalog = catalogOn(agent.address, {
      ...(maxConnections !== undefined && { maxConnections }),
      // Each by a query of its own: this is about queries that are many.
      collapseFrom: Number.POSITIVE_INFINITY,
    });
    ends.push(() => catalog.close());
    return catalog;
  }

  it('follows 1,000 keys over no more connections than allowed, and sees a change of any', async () => {
    const catalog = openCatalog(50);
    const followers = Array.from(
      { length: COUNT },
      (_, number) => new Follower(catalog, { kind: 'key', path: `many/${number}` } as const),
    );
    ends.push(async () => void (await Promise.all(followers.map((follower) => follower.stop()))));
    let most = 0;
    const count = async () => (most = Math.max(most, await establishedSockets(agent.ports.http)));
    await waitUntil(
      async () => {
        await count();
        return followers.every(({ last }) => last !== undefined);
      },
      { what: 'a first answer to every query', timeoutMs: 10_000 },
    );
    expect(followers.map(({ last }) => last?.state)).toEqual(followers.map(() => 'fresh'));

    for (const number of [0, 499, 999]) {
      await agent.putKey(`many/${number}`, 'changed');
      await waitUntil(
        async () => {
          await count();
          const { last } = followers[number] ?? {};
          return last?.state === 'fresh' && last.value?.Value === 'changed';
        },
        { what: `the change of key ${number}`, timeoutMs: 15_000 },
      );
    }
    expect(most).toBeGreaterThan(20);
    expect(most).toBeLessThanOrEqual(50);
    expect(
      followers.filter(({ answers }) => answers.some(({ state }) => state !== 'fresh')),
    ).toEqual([]);
  });

  it('goes with a single connection for two queries', async () => {
    const catalog = openCatalog(1);
    const [one, two] = [1, 2].map((number) => {
      const follower = new Follower(catalog, { kind: 'key', path: `many/${number}` } as const);
      ends.push(() => follower.stop());
      return follower;
    });
    await one?.fresh();
    await two?.fresh();
    await agent.putKey('many/1', 'single 1');
    await agent.putKey('many/2', 'single 2');
    await one?.fresh((pair) => pair?.Value === 'single 1', 15_000);
    await two?.fresh((pair) => pair?.Value === 'single 2', 15_000);
    expect(await establishedSockets(agent.ports.http)).toBeLessThanOrEqual(1);
  });

  it('reads a long answer that came packed', async () => {
    const catalog = openCatalog();
    const tree = new Follower(catalog, { kind: 'tree', prefix: 'many' } as const);
    ends.push(() => tree.stop());
    const pairs = await tree.fresh();
    expect(pairs).toHaveLength(COUNT);
    expect(pairs.find(({ Key }) => Key === '5')?.Value).toBe('value 5');
  });

  it('has long answers packed, and short ones not', async () => {
    const proxy = await CountingProxy.start(agent.address);
    ends.push(() => proxy.stop());
    const catalog = catalogOn(proxy.address);
    ends.push(() => catalog.close());
    const tree = new Follower(catalog, { kind: 'tree', prefix: 'many' } as const);
    const key = new Follower(catalog, { kind: 'key', path: 'many/11' } as const);
    ends.push(...[tree, key].map((follower) => () => follower.stop()));
    expect(await tree.fresh()).toHaveLength(COUNT);
    expect((await key.fresh())?.Value).toBe('value 11');
    const plain = (await agent.expectOk('GET', '/v1/kv/many?recurse=1')).body.length;
    const long = proxy.answers.get('/v1/kv/many?recurse=1');
    expect(long?.encoding).toBe('gzip');
    expect(long?.bytes).toBeGreaterThan(0);
    expect(long?.bytes).toBeLessThan(plain / 5);
    expect(proxy.answers.get('/v1/kv/many/11')?.encoding).toBeUndefined();
  });

  it('serves two watches of the same query', async () => {
    const catalog = openCatalog();
    const followers = [1, 2].map(
      () => new Follower(catalog, { kind: 'key', path: 'many/7' } as const),
    );
    ends.push(...followers.map((follower) => () => follower.stop()));
    for (const follower of followers) await follower.fresh();
    await agent.putKey('many/7', 'for both');
    for (const follower of followers) await follower.fresh((pair) => pair?.Value === 'for both');
  });

  it('slows down where every write wakes it for nothing', async () => {
    const catalog = openCatalog();
    const missing = new Follower(catalog, { kind: 'key', path: 'many/none' } as const);
    ends.push(() => missing.stop());
    await missing.fresh();
    const until = performance.now() + 3000;
    let writes = 0;
    for (; performance.now() < until; writes++) await agent.putKey('many/next', String(writes));
    const asked = await requestCount(agent, 'many/none');
    expect(writes).toBeGreaterThan(100);
    expect(asked).toBeGreaterThan(1);
    expect(asked).toBeLessThan(25);
    await agent.putKey('many/none', 'there');
    await missing.fresh((pair) => pair?.Value === 'there');
  });

  it('asks for a whole catalog now and then, however often it is written to', async () => {
    const proxy = await CountingProxy.start(agent.address);
    ends.push(() => proxy.stop());
    const catalog = catalogOn(proxy.address);
    ends.push(() => catalog.close());
    await agent.register({ Name: 'busy', Port: 1 });
    const services = new Follower(catalog, { kind: 'services' } as const);
    ends.push(() => services.stop());
    await services.fresh((found) => found.some(({ Name }) => Name === 'busy'));
    const until = performance.now() + 3000;
    let writes = 0;
    for (; performance.now() < until; writes++) {
      await agent.register({ Name: 'busy', Port: 2 + writes });
    }
    expect(writes).toBeGreaterThan(100);
    // Two at once, and then with pauses that grow to five seconds.
    expect(proxy.counts.get('/v1/catalog/services')).toBeLessThan(15);
    await agent.register({ Name: 'late', Port: 1 });
    await services.fresh((found) => found.some(({ Name }) => Name === 'late'));
  });
});

/** How many requests for a key the agent has answered, by its log. */
async function requestCount(agent: ConsulAgent, key: string): Promise<number> {
  const log = await readFile(agent.logFile, 'utf8');
  return log.split('\n').filter((line) => line.includes(`/v1/kv/${key}`)).length;
}
