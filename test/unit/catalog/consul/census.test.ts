import { afterEach, describe, expect, it } from 'vitest';
import { Census } from '../../../../src/catalog/consul/census.ts';
import { catalogOn } from '../../../support/consul-catalog.ts';
import { answerKey, startFakeAgent, type FakeQuestion } from '../../../support/fake-agent.ts';
import { Follower } from '../../../support/follower.ts';
import { ManualClock, settle } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function censusOf(...counts: readonly (number | undefined)[]) {
  const clock = new ManualClock();
  const logger = recordingLogger();
  const left = [...counts];
  const census = new Census({
    ...{ agent: 'http://agent', clock, logger },
    count: () => Promise.resolve(left.shift()),
  });
  const seen: boolean[] = [];
  census.begin();
  census.begin();
  for (let turn = 0; turn < counts.length; turn++) {
    await settle();
    seen.push(census.members >= 1000);
    await clock.advance(600_000);
  }
  census.close();
  await settle();
  expect(clock.pending).toBe(0);
  return { seen, lines: logger.records.map(({ level, message }) => `${level} ${message}`) };
}

describe('a datacenter', () => {
  it('is a crowd from a thousand members on, and until it has a tenth less; each change is said once', async () => {
    const { seen, lines } = await censusOf(3, 999, 1000, 4000, 950, 900, 899, 950, 1000);
    expect(seen).toEqual([false, false, true, true, true, true, false, false, true]);
    expect(lines).toEqual([
      'debug the datacenter has 3 members: with consistency auto, the leader is asked',
      'info the datacenter has 1,000 members: with consistency auto, any server is asked from now on',
      'info the datacenter has 899 members: with consistency auto, the leader is asked',
      'info the datacenter has 1,000 members: with consistency auto, any server is asked from now on',
    ]);
  });

  it('is none where the agent does not say it, which is said once, and stays what it was', async () => {
    const { seen, lines } = await censusOf(undefined, undefined, 1200, undefined);
    expect(seen).toEqual([false, false, true, true]);
    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^warn .*agent:read/);
  });
});

it.each([
  [1200, true],
  [12, false],
])('with %i members, auto asks any server: %s', async (members, isStale) => {
  const agent = await startFakeAgent(({ url, index }, response) => {
    if (url.pathname === '/v1/agent/self') {
      const Stats = { serf_lan: { members: String(members) } };
      response.end(JSON.stringify({ Config: { Version: '1.8.7' }, DebugConfig: {}, Stats }));
    } else if (index < 8) answerKey(response, index + 1, `value ${index}`);
  });
  ends.push(() => agent.close());
  const reads = { mode: 'stale', maxStaleMs: 2000, fromMembers: 1000 } as const;
  const catalog = catalogOn(agent.address, { reads });
  ends.push(() => catalog.close());
  const follower = new Follower(catalog, { kind: 'key', path: 'a' } as const);
  ends.push(() => follower.stop());
  const keys = () => agent.questions.filter(({ url }) => url.pathname === '/v1/kv/a');
  await waitUntil(() => keys().some(({ index }) => index === 8), { what: 'the last question' });
  expect(keys().at(-1)?.url.searchParams.has('stale')).toBe(isStale);
  const counted = agent.questions.filter(({ url }) => url.pathname === '/v1/agent/self');
  expect(counted).toHaveLength(1);
});

describe('services without a place, with auto', () => {
  const BELLS = ['/v1/health/state/any', '/v1/catalog/services', '/v1/catalog/nodes'];

  /** Follows seventy services over connections that let eighteen of them wait. */
  async function follow(members: number) {
    const agent = await startFakeAgent(({ url, index }, response) => {
      if (url.pathname === '/v1/agent/self') {
        const Stats = { serf_lan: { members: String(members) } };
        response.end(JSON.stringify({ Config: { Version: '1.8.7' }, DebugConfig: {}, Stats }));
      } else if (index === 0) {
        response.writeHead(200, { 'X-Consul-Index': '7', 'X-Consul-KnownLeader': 'true' });
        response.end(url.pathname === '/v1/catalog/services' ? '{}' : '[]');
      }
    });
    ends.push(() => agent.close());
    const reads = { mode: 'stale', maxStaleMs: 2000, fromMembers: 1000 } as const;
    const catalog = catalogOn(agent.address, { reads, maxConnections: 20 });
    ends.push(() => catalog.close());
    const names = Array.from({ length: 70 }, (_, at) => `svc-${at}`);
    for (const name of names) {
      const follower = new Follower(catalog, { kind: 'service', name, passingOnly: true } as const);
      ends.push(() => follower.stop());
    }
    const asked = (path: string) => agent.questions.filter(({ url }) => url.pathname === path);
    const ofServices = () => names.map((name) => asked(`/v1/health/service/${name}`));
    const bells = () => BELLS.filter((path) => asked(path).length > 0);
    return { ofServices, bells };
  }

  it('are visited when something changes while the datacenter is small', async () => {
    const { ofServices, bells } = await follow(12);
    await waitUntil(() => bells().length === BELLS.length, { what: 'the bells to be heard' });
    const stale = ofServices()
      .flat()
      .filter(({ url }) => url.searchParams.has('stale'));
    expect(stale).toEqual([]);
  });

  it('are visited in rounds in a crowd: whoever is asked may not know yet what was heard', async () => {
    const { ofServices, bells } = await follow(1200);
    const isStale = ({ url }: FakeQuestion): boolean => url.searchParams.has('stale');
    await waitUntil(
      () => ofServices().every((asked) => asked.some((one) => one.index > 0 || isStale(one))),
      { what: 'all to be visited, or to wait' },
    );
    expect(ofServices().flat().filter(isStale).length).toBeGreaterThan(50);
    expect(bells()).toEqual([]);
  });
});
