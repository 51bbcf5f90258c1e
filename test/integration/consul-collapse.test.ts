import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Catalog } from '../../src/catalog/catalog.ts';
import type { ConsulOptions } from '../../src/catalog/consul/options.ts';
import { between, chanceOf, oneOf } from '../support/chance.ts';
import { startConsul, type ConsulAgent } from '../support/consul.ts';
import { catalogOn } from '../support/consul-catalog.ts';
import { ConsulPolicy } from '../support/consul-tokens.ts';
import { CountingProxy } from '../support/counting-proxy.ts';
import { establishedSockets } from '../support/established-sockets.ts';
import { Follower } from '../support/follower.ts';
import { waitUntil } from '../support/wait-until.ts';

type KeyFollower = Follower<{ readonly kind: 'key'; readonly path: string }>;

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function open(address: string, overrides: Partial<ConsulOptions> = {}): Catalog {
  const catalog = catalogOn(address, overrides);
  ends.push(() => catalog.close());
  return catalog;
}

function follow(catalog: Catalog, paths: readonly string[]): KeyFollower[] {
  const followers = paths.map((path) => new Follower(catalog, { kind: 'key', path } as const));
  ends.push(async () => void (await Promise.all(followers.map((follower) => follower.stop()))));
  return followers;
}

async function putAll(agent: ConsulAgent, paths: readonly string[], value: string): Promise<void> {
  for (let first = 0; first < paths.length; first += 50) {
    const operations = paths.slice(first, first + 50).map((Key) => ({
      KV: { Verb: 'set', Key, Value: Buffer.from(value).toString('base64') },
    }));
    await agent.expectOk('PUT', '/v1/txn', JSON.stringify(operations));
  }
}

const valueOf = ({ last }: KeyFollower) => last?.state === 'fresh' && (last.value?.Value ?? null);

async function untilAll(
  followers: readonly KeyFollower[],
  value: string | null,
  timeoutMs = 15_000,
) {
  await waitUntil(() => followers.every((follower) => valueOf(follower) === value), {
    what: `${String(value)} of all keys`,
    timeoutMs,
  });
}

const collapsed = (catalog: Catalog) =>
  catalog.traffic?.()?.collapsed ?? { keys: 0, groups: 0, undone: 0 };

const numbered = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, at) => `${prefix}${String(at).padStart(3, '0')}`);

describe('many keys below one prefix', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul();
  });
  afterAll(() => agent.stop());

  it('are followed over few connections: each change, deletion and return of any is seen', async () => {
    const paths = numbered('many/', 1000);
    await putAll(agent, paths, 'one');
    const catalog = open(agent.address, { maxConnections: 20 });
    const followers = follow(catalog, paths);
    await untilAll(followers, 'one');
    await waitUntil(() => collapsed(catalog).keys === 1000, { what: 'all keys together' });
    expect(collapsed(catalog).groups).toBeLessThanOrEqual(6);

    await putAll(agent, paths, 'two');
    await untilAll(followers, 'two');
    expect(await establishedSockets(agent.ports.http)).toBeLessThanOrEqual(20);

    const some = followers.filter((_, at) => at % 250 === 7);
    for (const at of [7, 257, 507, 757]) await agent.deleteKey(paths[at] ?? '');
    await untilAll(some, null);
    for (const at of [7, 257, 507, 757]) await agent.putKey(paths[at] ?? '', 'two');
    await untilAll(followers, 'two');
    const states = new Set(followers.flatMap(({ answers }) => answers.map(({ state }) => state)));
    expect([...states]).toEqual(['fresh']);
  }, 60_000);

  it('are asked for by a few questions, and those that come later by none', async () => {
    const paths = numbered('late/', 300);
    await putAll(agent, paths, 'one');
    const proxy = await CountingProxy.start(agent.address);
    ends.push(() => proxy.stop());
    const catalog = open(proxy.address, { collapseFrom: 0 });
    await untilAll(follow(catalog, paths.slice(0, 299)), 'one');
    const [last] = follow(catalog, paths.slice(299));
    await last?.fresh((pair) => pair?.Value === 'one');
    const asked = [...proxy.counts.keys()].filter((path) => path.startsWith('/v1/kv/late/'));
    expect(asked).not.toContain('/v1/kv/late/299');
    expect(asked.length).toBeLessThan(20);
  });

  it('that are absent are asked for once each, and seen as soon as they are there', async () => {
    await putAll(agent, numbered('half/', 20), 'one');
    const proxy = await CountingProxy.start(agent.address);
    ends.push(() => proxy.stop());
    const catalog = open(proxy.address, { collapseFrom: 0 });
    const absent = follow(catalog, numbered('half/none-', 20));
    await untilAll(follow(catalog, numbered('half/', 20)), 'one');
    await untilAll(absent, null);
    for (let at = 0; at < 20; at++) await agent.putKey('elsewhere', String(at));
    await agent.putKey('half/none-003', 'there');
    await absent[3]?.fresh((pair) => pair?.Value === 'there');
    expect(proxy.counts.get('/v1/kv/half/none-004')).toBe(1);
    expect(absent[4]?.answers).toHaveLength(1);
  });

  it('leave no watch behind when all of them end, and one that ends leaves the others theirs', async () => {
    const paths = numbered('end/', 30);
    await putAll(agent, paths, 'one');
    const catalog = open(agent.address, { collapseFrom: 0 });
    const followers = follow(catalog, paths);
    await untilAll(followers, 'one');
    expect(collapsed(catalog)).toEqual({ keys: 30, groups: 1, undone: 0 });
    await Promise.all(followers.slice(1).map((follower) => follower.stop()));
    await agent.putKey('end/000', 'two');
    await followers[0]?.fresh((pair) => pair?.Value === 'two');
    await followers[0]?.stop();
    expect(collapsed(catalog)).toEqual({ keys: 0, groups: 0, undone: 0 });
  });

  it('are followed by themselves where what is not asked for is written all the time', async () => {
    const paths = numbered('busy/', 20);
    await putAll(agent, paths, 'one');
    const large = 'x'.repeat(40_000);
    await agent.putKey('busy/0foreign', large);
    const catalog = open(agent.address, { collapseFrom: 8 });
    const followers = follow(catalog, paths);
    await untilAll(followers, 'one');
    expect(collapsed(catalog)).toMatchObject({ keys: 20, undone: 0 });
    await waitUntil(
      async () => {
        await agent.putKey('busy/0foreign', `${large}${Math.random()}`);
        return collapsed(catalog).undone > 0;
      },
      { what: 'a watch that is undone', timeoutMs: 30_000 },
    );
    await putAll(agent, paths, 'two');
    await untilAll(followers, 'two');
    const states = new Set(followers.flatMap(({ answers }) => answers.map(({ state }) => state)));
    expect([...states]).toEqual(['fresh']);
  }, 60_000);

  it('are not read together where far more is there that nobody asks for', async () => {
    const paths = numbered('vast/', 20).map((path) => `${path}/config`);
    await putAll(agent, paths, 'one');
    for (let at = 0; at < 8; at++) await agent.putKey(`vast/010/large-${at}`, 'x'.repeat(400_000));
    const catalog = open(agent.address, { collapseFrom: 8 });
    const followers = follow(catalog, paths);
    await untilAll(followers, 'one');
    // Those that are not beside it may be read together.
    await waitUntil(() => collapsed(catalog).undone > 0, { what: 'a watch that was given up' });
    await agent.putKey(paths[10] ?? '', 'two');
    await followers[10]?.fresh((pair) => pair?.Value === 'two');
    await putAll(agent, paths, 'three');
    await untilAll(followers, 'three');
  });

  it.each([11, 12, 13])(
    'have their last value whatever comes and goes (seed %i)',
    async (seed) => {
      const chance = chanceOf(seed);
      const folder = `random-${seed}/`;
      const paths = ['a/', 'a/b/', 'c/'].flatMap((below) => numbered(`${folder}${below}`, 12));
      const truth = new Map<string, string | null>(paths.map((path) => [path, null]));
      const catalog = open(agent.address, { collapseFrom: seed % 5, maxConnections: 12 });
      const followers = new Map<string, KeyFollower>();
      let written = 0;
      for (let step = 0; step < 300; step++) {
        const path = oneOf(chance, paths);
        const dice = between(chance, 0, 9);
        if (dice < 4) {
          truth.set(path, String(++written));
          await agent.putKey(path, String(written));
        } else if (dice < 6) {
          truth.set(path, null);
          await agent.deleteKey(path);
        } else if (dice < 8) {
          const [follower] = followers.has(path) ? [] : follow(catalog, [path]);
          if (follower !== undefined) followers.set(path, follower);
        } else if (dice < 9) {
          await followers.get(path)?.stop();
          followers.delete(path);
        } else {
          await agent.putKey(
            `${folder}foreign/${between(chance, 0, 2)}`,
            'x'.repeat(between(chance, 0, 20_000)),
          );
        }
        if (between(chance, 0, 19) === 0) await new Promise((resolve) => setTimeout(resolve, 30));
      }
      expect(followers.size).toBeGreaterThan(10);
      const wrong = () =>
        [...followers].filter(([path, follower]) => valueOf(follower) !== truth.get(path));
      await waitUntil(() => wrong().length === 0, {
        what: 'the last value of every key',
        timeoutMs: 30_000,
      });
      // What was written later is never followed by what was written before.
      for (const [path, { answers }] of followers) {
        const values = answers.flatMap(({ value }) => (value ? [Number(value.Value)] : []));
        expect([path, ...values]).toEqual([path, ...values.toSorted((a, b) => a - b)]);
        expect(answers.every(({ state }) => state === 'fresh')).toBe(true);
      }
    },
    60_000,
  );
});

describe('keys that a token may read though not all below their prefix', () => {
  let agent: ConsulAgent;
  beforeAll(async () => {
    agent = await startConsul({ acl: true });
    await putAll(agent, numbered('k/', 12), 'one');
  });
  afterAll(() => agent.stop());

  const rules = (paths: readonly string[]) =>
    paths.map((path) => `key "${path}" { policy = "read" }`).join('\n');
  const allowed = numbered('k/', 12).slice(0, 11);

  it('are answered; the one that is denied is held with the reason, and never absent', async () => {
    const { token } = await ConsulPolicy.make(agent, rules(allowed));
    const catalog = open(agent.address, { token, collapseFrom: 0 });
    const followers = follow(catalog, allowed);
    const [denied] = follow(catalog, ['k/011']);
    await untilAll(followers, 'one');
    expect((await denied?.held())?.message).toMatch(/key\(k\/011\): 403 Permission denied/);
    await agent.putKey('k/011', 'two');
    await putAll(agent, allowed, 'two');
    await untilAll(followers, 'two');
    expect(denied?.answers.filter(({ state }) => state === 'fresh')).toEqual([]);
    expect(collapsed(catalog).groups).toBe(1);
  });

  it('are held with the reason when the right to one is taken away, and the others go on', async () => {
    await putAll(agent, numbered('k/', 12), 'one');
    const policy = await ConsulPolicy.make(agent, 'key_prefix "k/" { policy = "read" }');
    const catalog = open(agent.address, { token: policy.token, collapseFrom: 0 });
    const followers = follow(catalog, allowed);
    await untilAll(followers, 'one');
    await policy.write(rules(allowed.slice(1)));
    await waitUntil(
      async () => {
        await putAll(agent, allowed, `two ${Math.random()}`);
        return followers[0]?.last?.state === 'held';
      },
      { what: 'a key that is refused', timeoutMs: 15_000 },
    );
    expect(followers[0]?.last?.value).toMatchObject({ Path: 'k/000' });
    await putAll(agent, allowed, 'three');
    await untilAll(followers.slice(1), 'three');
    expect(
      followers.flatMap(({ answers }) => answers).filter(({ value }) => value === null),
    ).toEqual([]);
    await policy.write('key_prefix "k/" { policy = "read" }');
    await agent.putKey('k/000', 'four');
    await followers[0]?.fresh((pair) => pair?.Value === 'four', 30_000);
  }, 60_000);

  it('are followed by themselves where listing takes a right of its own', async () => {
    const strict = await startConsul({
      acl: true,
      extraConfig: {
        acl: {
          enabled: true,
          default_policy: 'deny',
          enable_key_list_policy: true,
          tokens: { master: agent.managementToken, agent: agent.managementToken },
        },
      },
    });
    ends.push(() => strict.stop());
    await putAll(strict, allowed, 'one');
    const { token } = await ConsulPolicy.make(strict, 'key_prefix "k/" { policy = "read" }');
    const catalog = open(strict.address, { token, collapseFrom: 0 });
    const followers = follow(catalog, allowed);
    await untilAll(followers, 'one');
    expect(collapsed(catalog).groups).toBe(0);
    await putAll(strict, allowed, 'two');
    await untilAll(followers, 'two');
    const states = new Set(followers.flatMap(({ answers }) => answers.map(({ state }) => state)));
    expect([...states]).toEqual(['fresh']);
  });
});
