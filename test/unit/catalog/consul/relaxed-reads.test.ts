import { afterEach, describe, expect, it } from 'vitest';
import type { ServerResponse } from 'node:http';
import type { ConsulOptions } from '../../../../src/catalog/consul/options.ts';
import type { Query } from '../../../../src/catalog/query.ts';
import { createConsulCatalog } from '../../../../src/catalog/consul/index.ts';
import { describeError } from '../../../../src/core/errors.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { catalogOn, consulOptions } from '../../../support/consul-catalog.ts';
import { startFakeAgent, type FakeAgent, type FakeHandler } from '../../../support/fake-agent.ts';
import { Follower } from '../../../support/follower.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const KEY = { kind: 'key', path: 'a' } as const;
const STALE = { reads: { mode: 'stale', maxStaleMs: 2000 } } as const;
const CACHED = { reads: { mode: 'cached', maxStaleMs: 2000 } } as const;

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function follow<const Q extends Query>(
  query: Q,
  handler: FakeHandler,
  options: Partial<ConsulOptions>,
): Promise<{ agent: FakeAgent; follower: Follower<Q> }> {
  const agent = await startFakeAgent(handler);
  ends.push(() => agent.close());
  const catalog = catalogOn(agent.address, options);
  ends.push(() => catalog.close());
  const follower = new Follower(catalog, query);
  ends.push(() => follower.stop());
  return { agent, follower };
}

interface Said {
  readonly index: number;
  readonly value: string;
  readonly contactMs?: number;
  readonly age?: number;
  readonly leader?: boolean;
}

function answer(
  response: ServerResponse,
  { index, value, contactMs = 0, age, leader = true }: Said,
): void {
  response.writeHead(200, {
    'X-Consul-Index': String(index),
    'X-Consul-KnownLeader': String(leader),
    'X-Consul-LastContact': String(contactMs),
    ...(age !== undefined && { Age: String(age), 'X-Cache': 'HIT' }),
  });
  response.end(JSON.stringify([{ Key: 'a', Value: Buffer.from(value).toString('base64') }]));
}

const parametersOf = ({ questions }: FakeAgent): string[][] =>
  questions.map(({ url }) => [...url.searchParams.keys()].filter((name) => name !== 'wait'));

describe('stale reads', () => {
  it('ask any server, at each turn', async () => {
    const { agent, follower } = await follow(
      KEY,
      ({ index }, response) => {
        if (index === 0) answer(response, { index: 5, value: 'one', contactMs: 1999 });
      },
      STALE,
    );
    expect((await follower.fresh())?.Value).toBe('one');
    await waitUntil(() => agent.questions.length === 2, { what: 'the second question' });
    expect(parametersOf(agent)).toEqual([['stale'], ['stale', 'index']]);
  });

  it('drop an answer that is older than allowed, and ask the leader', async () => {
    const { agent, follower } = await follow(
      KEY,
      ({ url, index }, response) => {
        if (index > 0) return;
        if (url.searchParams.has('stale')) {
          answer(response, { index: 5, value: 'old', contactMs: 2001 });
        } else answer(response, { index: 9, value: 'new' });
      },
      STALE,
    );
    expect((await follower.fresh())?.Value).toBe('new');
    expect(parametersOf(agent).slice(0, 2)).toEqual([['stale'], []]);
    expect(follower.answers.map(({ value }) => value?.Value)).toEqual(['new']);
  });

  it('wait at the leader where the server that they waited at turns out to be cut off', async () => {
    const { agent, follower } = await follow(
      KEY,
      ({ url, index }, response) => {
        const stale = url.searchParams.has('stale');
        if (index === 0) answer(response, { index: 5, value: 'one' });
        else if (stale) answer(response, { index: 5, value: 'one', contactMs: 60_000 });
        else answer(response, { index: 6, value: 'two' });
      },
      STALE,
    );
    await follower.fresh((pair) => pair?.Value === 'two');
    expect(parametersOf(agent).slice(0, 3)).toEqual([['stale'], ['stale', 'index'], ['index']]);
  });

  it('never go back to what another server still has, and follow a catalog that began anew', async () => {
    let wiped = false;
    let behind = 0;
    const { follower } = await follow(
      KEY,
      ({ url, turn }, response) => {
        if (!url.searchParams.has('stale')) {
          answer(response, wiped ? { index: 3, value: 'anew' } : { index: 20, value: 'second' });
        } else if (turn === 0) answer(response, { index: 20, value: 'second' });
        else {
          behind++;
          answer(response, { index: 3, value: wiped ? 'anew' : 'first' });
        }
      },
      STALE,
    );
    await follower.fresh((pair) => pair?.Value === 'second');
    await waitUntil(() => behind >= 5, { what: 'five answers from a server that is behind' });
    expect(follower.answers.map(({ value }) => value?.Value)).toEqual(['second']);
    wiped = true;
    await follower.fresh((pair) => pair?.Value === 'anew');
  });

  it('count though no leader is known, as long as they are young enough', async () => {
    const { follower } = await follow(
      KEY,
      ({ index }, response) => {
        if (index === 0)
          answer(response, { index: 5, value: 'one', contactMs: 1500, leader: false });
      },
      STALE,
    );
    expect((await follower.fresh())?.Value).toBe('one');
  });

  it('leave a query in trouble where no answer is young enough and the leader gives none', async () => {
    const { follower } = await follow(
      KEY,
      ({ url }, response) => {
        if (url.searchParams.has('stale')) {
          answer(response, { index: 5, value: 'one', contactMs: 9000, leader: false });
        } else response.writeHead(500).end('No cluster leader');
      },
      STALE,
    );
    await follower.held();
    expect(follower.last?.value).toBeUndefined();
  });
});

describe('cached reads', () => {
  const SERVICE = { kind: 'service', name: 'web', passingOnly: true } as const;

  it('go to the cache for services only', async () => {
    const list: FakeHandler = ({ index }, response) => {
      if (index > 0) return;
      response.writeHead(200, {
        'X-Consul-Index': '5',
        'X-Consul-LastContact': '0',
        'X-Consul-KnownLeader': 'true',
      });
      response.end('[]');
    };
    const service = await follow(SERVICE, list, CACHED);
    await service.follower.fresh();
    expect(parametersOf(service.agent)[0]).toEqual(['passing', 'cached']);
    const nodes = await follow({ kind: 'nodes' }, list, CACHED);
    await nodes.follower.fresh();
    expect(parametersOf(nodes.agent)[0]).toEqual([]);
  });

  it('drop what has been in the cache for longer than allowed', async () => {
    const { agent, follower } = await follow(
      SERVICE,
      ({ index, url }, response) => {
        if (index > 0) return;
        response.writeHead(200, {
          'X-Consul-Index': '5',
          'X-Consul-LastContact': '0',
          'X-Consul-KnownLeader': 'false',
          ...(url.searchParams.has('cached') && { Age: '3', 'X-Cache': 'HIT' }),
        });
        response.end('[]');
      },
      CACHED,
    );
    await follower.held();
    expect(follower.last?.value).toBeUndefined();
    expect(parametersOf(agent).slice(0, 2)).toEqual([['passing', 'cached'], ['passing']]);
  });
});

describe('tries that are counted', () => {
  it('go on for ever where the run does', async () => {
    let tries = 0;
    const { follower } = await follow(
      KEY,
      (_, response) => {
        tries++;
        response.writeHead(500).end('No path to datacenter');
      },
      { retry: { attempts: 1, backoffMs: 10, maxBackoffMs: 20 } },
    );
    await waitUntil(() => tries > 10, { what: 'tries beyond the number' });
    expect(follower.answers.map(({ state }) => state)).toEqual(['held']);
  });

  it('end a query where the run gives up, with the reason of the last', async () => {
    let tries = 0;
    const agent = await startFakeAgent((_, response) => {
      tries++;
      response.writeHead(500).end('No path to datacenter');
    });
    ends.push(() => agent.close());
    const options = consulOptions(agent.address, { retry: { attempts: 2, backoffMs: 10 } });
    const catalog = createConsulCatalog(options, {
      clock: systemClock,
      logger: recordingLogger(),
      givesUp: true,
    });
    ends.push(() => catalog.close());
    const follower = new Follower(catalog, KEY);
    ends.push(() => follower.stop());
    const thrown = await follower.thrown();
    expect(describeError(thrown)).toMatch(/^given up after 3 tries: .*No path to datacenter/);
    expect(tries).toBe(3);
  });
});
