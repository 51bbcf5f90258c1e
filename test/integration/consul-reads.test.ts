import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ConsulOptions } from '../../src/catalog/consul/options.ts';
import type { Query } from '../../src/catalog/query.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { Follower } from '../support/follower.ts';

/** One agent that is its own only server: it is never behind. What others say that are is in the unit test, by a fake agent. */
let agent: ConsulAgent;
beforeAll(async () => {
  agent = await startConsul();
});
afterAll(() => agent.stop());

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function follow<const Q extends Query>(query: Q, reads: NonNullable<ConsulOptions['reads']>) {
  const proxy = await CountingProxy.start(agent.address);
  ends.push(() => proxy.stop());
  const catalog = catalogOn(proxy.address, { reads });
  ends.push(() => catalog.close());
  const follower = new Follower(catalog, query);
  ends.push(() => follower.stop());
  return { follower, proxy };
}

describe('reads of a real agent', () => {
  it.each(['stale', 'cached'] as const)('follow a service by %s reads', async (mode) => {
    await agent.register({ ID: `${mode}-1`, Name: mode, Port: 1 });
    const query = { kind: 'service', name: mode, passingOnly: true } as const;
    const { follower, proxy } = await follow(query, { mode, maxStaleMs: 2000 });
    await follower.fresh((instances) => instances.length === 1);
    await agent.register({ ID: `${mode}-2`, Name: mode, Port: 2 });
    await follower.fresh((instances) => instances.length === 2);
    await agent.deregister(`${mode}-1`);
    await follower.fresh((instances) => instances.length === 1 && instances[0]?.Port === 2);
    const asked = proxy.urls
      .map((url) => new URL(url, 'http://agent'))
      .filter(({ pathname }) => pathname.startsWith('/v1/health/'))
      .filter(({ searchParams }) => !searchParams.has(mode));
    // Once the leader, whether the one that left is gone.
    expect(asked.map(({ searchParams }) => searchParams.has('index'))).toEqual([false]);
  });

  it('follow keys, whose reads no cache has, by asking the leader', async () => {
    await agent.putKey('reads/a', '1');
    const query = { kind: 'key', path: 'reads/a' } as const;
    const { follower, proxy } = await follow(query, { mode: 'cached', maxStaleMs: 2000 });
    await follower.fresh((pair) => pair?.Value === '1');
    await agent.putKey('reads/a', '2');
    await follower.fresh((pair) => pair?.Value === '2');
    expect(proxy.urls.some((url) => url.includes('cached'))).toBe(false);
  });

  it('differ by query, where it is said so', async () => {
    await agent.putKey('reads/b', '1');
    await agent.register({ Name: 'read', Port: 1 });
    const proxy = await CountingProxy.start(agent.address);
    ends.push(() => proxy.stop());
    const stale = { mode: 'stale', maxStaleMs: 2000 } as const;
    const readsOf = [{ queries: 'key(reads/*)', reads: stale }];
    const catalog = catalogOn(proxy.address, { readsOf });
    ends.push(() => catalog.close());
    const key = new Follower(catalog, { kind: 'key', path: 'reads/b' });
    ends.push(() => key.stop());
    const service = new Follower(catalog, { kind: 'service', name: 'read', passingOnly: true });
    ends.push(() => service.stop());
    await key.fresh((pair) => pair?.Value === '1');
    await service.fresh((instances) => instances.length === 1);
    await agent.putKey('reads/b', '2');
    await key.fresh((pair) => pair?.Value === '2');
    const staleOnes = proxy.urls.filter((url) => url.includes('stale'));
    expect(staleOnes.length).toBeGreaterThan(1);
    expect(staleOnes.every((url) => url.startsWith('/v1/kv/reads/b'))).toBe(true);
  });

  it('follow a catalog that was wiped and lost its index', async () => {
    const own = await startConsul({ dataDir: true });
    ends.push(() => own.stop());
    for (let turn = 0; turn < 20; turn++) await own.putKey('a', String(turn));
    const catalog = catalogOn(own.address, { reads: { mode: 'stale', maxStaleMs: 2000 } });
    ends.push(() => catalog.close());
    const follower = new Follower(catalog, { kind: 'key', path: 'a' });
    ends.push(() => follower.stop());
    await follower.fresh((pair) => pair?.Value === '19');
    await own.restart({ wipe: true });
    await own.putKey('a', 'anew');
    await follower.fresh((pair) => pair?.Value === 'anew', 30_000);
  });
});
