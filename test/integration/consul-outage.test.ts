import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { Query } from '../../src/catalog/query.ts';
import { startConsul, type ConsulAgent, type StartConsulOptions } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { Follower } from '../support/follower.ts';
import { sideBySide } from '../support/side-by-side.ts';
import { waitUntil } from '../support/wait-until.ts';

const KEY = { kind: 'key', path: 'app/name' } as const;
const SERVICE = { kind: 'service', name: 'web', passingOnly: true } as const;

const test = sideBySide((ends) => {
  async function start(options: StartConsulOptions = {}): Promise<[ConsulAgent, Catalog]> {
    const agent = await startConsul(options);
    ends.push(() => agent.stop());
    const catalog = catalogOn(agent.address);
    ends.push(() => catalog.close());
    return [agent, catalog];
  }

  async function startCounted(): Promise<[ConsulAgent, Catalog, CountingProxy]> {
    const agent = await startConsul();
    ends.push(() => agent.stop());
    const proxy = await CountingProxy.start(agent.address);
    ends.push(() => proxy.stop());
    const catalog = catalogOn(proxy.address);
    ends.push(() => catalog.close());
    return [agent, catalog, proxy];
  }

  function follow<const Q extends Query>(catalog: Catalog, query: Q): Follower<Q> {
    const follower = new Follower(catalog, query);
    ends.push(() => follower.stop());
    return follower;
  }

  return { start, startCounted, follow };
});

describe.concurrent('when the agent is in trouble', () => {
  test(
    'does not take an agent for hung that has nothing to say',
    { timeout: 90_000 },
    async ({ stage: { start, follow } }) => {
      const [agent, catalog] = await start();
      await agent.putKey('app/name', 'quiet');
      const key = follow(catalog, KEY);
      await key.fresh();
      // The waits of 1, 2, 4 and 8 s are over by now, and 10 s of the next one: the silence has been asked about.
      await sleep(28_000);
      expect(key.answers.map(({ state }) => state)).toEqual(['fresh']);
    },
  );

  test(
    'notices a stopped agent within 20 s and recovers when it goes on',
    { timeout: 90_000 },
    async ({ stage: { start, follow } }) => {
      const [agent, catalog] = await start();
      await agent.putKey('app/name', 'before');
      const key = follow(catalog, KEY);
      const service = follow(catalog, SERVICE);
      await key.fresh();
      await service.fresh();

      await agent.kill('SIGSTOP');
      const stoppedAt = performance.now();
      expect((await key.held(20_000)).message).toContain('stopped answering');
      await service.held();
      await sleep(Math.max(0, 20_000 - (performance.now() - stoppedAt)));
      expect(key.answers.map(({ state }) => state)).toEqual(['fresh', 'held']);

      await agent.kill('SIGCONT');
      await key.fresh((pair) => pair?.Value === 'before');
      await agent.putKey('app/name', 'after');
      await key.fresh((pair) => pair?.Value === 'after');
    },
  );

  test('holds the last value while the agent is dead, says so once, and goes on when it is back', async ({
    stage: { start, follow },
  }) => {
    const [agent, catalog] = await start({ dataDir: true });
    await agent.putKey('app/name', 'before');
    const follower = follow(catalog, KEY);
    await follower.fresh();

    await agent.kill('SIGKILL');
    const reason = await follower.held();
    expect(reason).toMatchObject({ code: 'catalog' });
    expect(reason.message).toContain(agent.address);
    await sleep(2000);
    expect(follower.answers.map(({ state }) => state)).toEqual(['fresh', 'held']);
    expect(follower.last?.value).toMatchObject({ Value: 'before' });

    await agent.start();
    await follower.fresh((pair) => pair?.Value === 'before', 15_000);
    await agent.putKey('app/name', 'after');
    await follower.fresh((pair) => pair?.Value === 'after');
    // An agent that reads its data again may answer twice with the same: whoever listens compares.
    const states = follower.answers.map(({ state }) => state);
    expect(states.slice(0, 3)).toEqual(['fresh', 'held', 'fresh']);
    expect(states.filter((state) => state === 'held')).toHaveLength(1);
  });

  test('follows an agent that comes back without its data within seconds, not after the wait', async ({
    stage: { start, follow },
  }) => {
    const [agent, catalog] = await start({ dataDir: true });
    for (let turn = 0; turn < 30; turn++) await agent.putKey('other', String(turn));
    await agent.putKey('app/name', 'before');
    await agent.register({ Name: 'web', Port: 80 });
    const key = follow(catalog, KEY);
    const service = follow(catalog, SERVICE);
    await key.fresh();
    await service.fresh((instances) => instances.length === 1);

    await agent.restart({ wipe: true });
    await key.fresh((pair) => pair === null, 15_000);
    await agent.putKey('app/name', 'after');
    await key.fresh((pair) => pair?.Value === 'after');
    await agent.register({ Name: 'web', Port: 81 });
    await service.fresh(([instance]) => instance?.Port === 81);
  });

  test('follows a restored snapshot within seconds, and what is written after it', async ({
    stage: { start, follow },
  }) => {
    const [agent, catalog] = await start();
    await agent.putKey('app/name', 'old');
    const snapshot = await agent.saveSnapshot();
    for (let turn = 0; turn < 30; turn++) await agent.putKey('other', String(turn));
    await agent.putKey('app/name', 'new');
    const key = follow(catalog, KEY);
    const tree = follow(catalog, { kind: 'tree', prefix: 'app' });
    await key.fresh((pair) => pair?.Value === 'new');
    await tree.fresh(([pair]) => pair?.Value === 'new');
    // Both are blocked now, with indexes that the restored catalog has not reached.
    await sleep(200);

    await agent.restoreSnapshot(snapshot);
    await key.fresh((pair) => pair?.Value === 'old');
    await tree.fresh(([pair]) => pair?.Value === 'old');
    await agent.putKey('app/name', 'newer');
    await key.fresh((pair) => pair?.Value === 'newer');
  });

  test('follows a snapshot that is restored late in a wait as soon', async ({
    stage: { startCounted, follow },
  }) => {
    const [agent, catalog, proxy] = await startCounted();
    await agent.putKey('app/name', 'old');
    const snapshot = await agent.saveSnapshot();
    for (let turn = 0; turn < 30; turn++) await agent.putKey('other', String(turn));
    await agent.putKey('app/name', 'new');
    const key = follow(catalog, KEY);
    await key.fresh((pair) => pair?.Value === 'new');
    const waits = () => proxy.urls.filter((url) => url.includes('index='));
    await waitUntil(() => waits().length === 3, { what: 'a wait of four seconds' });
    await sleep(3000);

    await agent.restoreSnapshot(snapshot);
    // The next wait, from an index that this catalog has not reached, would be eight seconds long.
    await key.fresh((pair) => pair?.Value === 'old', 4000);
  });

  test('waits for an agent that is not there yet', async ({ stage: { start, follow } }) => {
    const [agent, catalog] = await start();
    await agent.kill('SIGKILL');
    const key = follow(catalog, KEY);
    await key.held();
    expect(key.last).toMatchObject({ state: 'held', value: undefined });
    await agent.start();
    await key.fresh((pair) => pair === null, 15_000);
  });
});
