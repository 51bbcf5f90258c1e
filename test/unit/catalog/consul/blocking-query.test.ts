import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { Query } from '../../../../src/catalog/query.ts';
import type { ConsulOptions } from '../../../../src/catalog/consul/options.ts';
import { describeError } from '../../../../src/core/errors.ts';
import { catalogOn } from '../../../support/consul-catalog.ts';
import {
  answerKey,
  startFakeAgent,
  type FakeAgent,
  type FakeHandler,
} from '../../../support/fake-agent.ts';
import { Follower } from '../../../support/follower.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const KEY = { kind: 'key', path: 'a' } as const;

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function follow<const Q extends Query>(
  query: Q,
  handler: FakeHandler,
  overrides: Partial<ConsulOptions> = {},
): Promise<{ agent: FakeAgent; follower: Follower<Q> }> {
  const agent = await startFakeAgent(handler);
  ends.push(() => agent.close());
  const catalog = catalogOn(agent.address, overrides);
  ends.push(() => catalog.close());
  const follower = new Follower(catalog, query);
  ends.push(() => follower.stop());
  return { agent, follower };
}

const hang = (): void => undefined;

describe('what is asked', () => {
  it('is the value now, and then the next at its index, with a first wait of almost 1 s', async () => {
    const { agent, follower } = await follow(
      KEY,
      ({ index }, response) => (index === 0 ? answerKey(response, 12, 'one') : hang()),
      { waitMs: 60_000, token: 'the-token' },
    );
    await follower.fresh();
    await waitUntil(() => agent.questions.length === 2, { what: 'the second question' });
    const [now, next] = agent.questions;
    expect(now?.url.search).toBe('');
    expect(next?.index).toBe(12);
    expect(next?.waitMs).toBeGreaterThanOrEqual(900);
    expect(next?.waitMs).toBeLessThanOrEqual(1000);
    expect(now?.headers['x-consul-token']).toBe('the-token');
  });

  it('carries the user and password of basic authentication', async () => {
    const { agent, follower } = await follow(KEY, (_, response) => answerKey(response, 1, 'x'), {
      auth: { username: 'me', password: 'p:w' },
    });
    await follower.fresh();
    const expected = `Basic ${Buffer.from('me:p:w').toString('base64')}`;
    expect(agent.questions[0]?.headers.authorization).toBe(expected);
  });

  it('goes below the prefix of the address', async () => {
    const agent = await startFakeAgent((_, response) => answerKey(response, 1, 'x'));
    ends.push(() => agent.close());
    const catalog = catalogOn(`${agent.address}/consul/`);
    ends.push(() => catalog.close());
    const follower = new Follower(catalog, KEY);
    ends.push(() => follower.stop());
    await follower.fresh();
    expect(agent.questions[0]?.url.pathname).toBe('/consul/v1/kv/a');
  });

  it('may be answered packed where the answer is long', async () => {
    const pairs = [{ Key: 'p/a', Value: Buffer.from('x'.repeat(9000)).toString('base64') }];
    const { agent, follower } = await follow(
      { kind: 'tree', prefix: 'p' },
      ({ index }, response) => {
        if (index > 0) return;
        response.writeHead(200, { 'X-Consul-Index': '3', 'Content-Encoding': 'gzip' });
        response.end(gzipSync(JSON.stringify(pairs)));
      },
    );
    expect((await follower.fresh())[0]?.Value).toHaveLength(9000);
    expect(agent.questions[0]?.headers['accept-encoding']).toBe('gzip');
  });
});

describe('an index that misbehaves', () => {
  it('makes no busy loop at 0, and is never sent as 0 again', async () => {
    const { agent, follower } = await follow(KEY, (_, response) => answerKey(response, 0, 'one'));
    await follower.fresh();
    const before = agent.questions.length;
    await new Promise((resolve) => setTimeout(resolve, 2000));
    expect(agent.questions.length - before).toBeLessThan(30);
    expect(agent.questions.some(({ index }) => index === 1)).toBe(true);
    expect(follower.answers).toHaveLength(1);
  });

  it('is forgotten when it goes back; the value is read anew', async () => {
    const { agent, follower } = await follow(KEY, ({ turn, index }, response) => {
      if (turn === 0) answerKey(response, 100, 'old');
      else if (turn === 1) answerKey(response, 5, 'not yet settled');
      else if (index === 0) answerKey(response, 5, 'new');
    });
    await follower.fresh((pair) => pair?.Value === 'new');
    expect(follower.answers.map(({ value }) => value?.Value)).toEqual(['old', 'new']);
    expect(agent.questions.slice(0, 3).map(({ index }) => index)).toEqual([0, 100, 0]);
  });

  it('is not believed when it is the same before the wait is over, even with another value', async () => {
    const { agent, follower } = await follow(KEY, ({ turn, index }, response) => {
      if (turn === 0) answerKey(response, 100, 'old');
      else if (turn === 1) answerKey(response, 100, 'old');
      else if (index === 0) answerKey(response, 100, 'new');
    });
    await follower.fresh((pair) => pair?.Value === 'new');
    await waitUntil(() => agent.questions.length === 4, { what: 'a fourth question' });
    expect(agent.questions.map(({ index }) => index)).toEqual([0, 100, 0, 100]);
    expect(agent.questions[3]?.waitMs).toBeLessThanOrEqual(1000);
  });

  it('is not news when it grows and the value is the same', async () => {
    const { agent, follower } = await follow(KEY, ({ turn }, response) => {
      if (turn < 10) answerKey(response, 100 + turn, 'same');
    });
    await waitUntil(() => agent.questions.length === 11, { what: 'eleven questions' });
    expect(follower.answers).toHaveLength(1);
  });
});

describe('an answer that is none', () => {
  const strange: [string, FakeHandler, RegExp][] = [
    [
      'a 500',
      (_, response) => response.writeHead(500, { 'X-Consul-Index': '1' }).end('rpc error'),
      /500 rpc error/,
    ],
    ['a 404 without an index', (_, response) => response.writeHead(404).end('not here'), /404/],
    ['a 200 without an index', (_, response) => response.end('[]'), /X-Consul-Index/],
    [
      'a page of HTML',
      (_, response) => response.writeHead(200, { 'X-Consul-Index': '4' }).end('<html>'),
      /JSON/,
    ],
    [
      'an answer of servers without a leader',
      (_, response) =>
        response
          .writeHead(200, { 'X-Consul-Index': '4', 'X-Consul-KnownLeader': 'false' })
          .end('[]'),
      /no leader/,
    ],
    [
      "an old answer that is not the leader's, though nobody asked for such",
      (_, response) =>
        response
          .writeHead(200, {
            ...{ 'X-Consul-Index': '4', 'X-Consul-KnownLeader': 'true' },
            'X-Consul-LastContact': '12000',
          })
          .end('[]'),
      /answers are 12s old and not the leader's.*discovery_max_stale/,
    ],
    [
      'a body that is cut',
      (_, response) => {
        response.writeHead(200, { 'X-Consul-Index': '4', 'Content-Length': '1000' });
        response.write('[');
        setTimeout(() => response.destroy(), 20);
      },
      /middle of the answer/,
    ],
    ['a 429', (_, response) => response.writeHead(429).end('slow down'), /429/],
    [
      'a redirect',
      (_, response) => response.writeHead(301, { Location: 'https://elsewhere/' }).end(),
      /301/,
    ],
  ];

  it.each(strange)('is held: %s', async (_, misbehave, expected) => {
    let broken = false;
    const { follower } = await follow(KEY, (question, response) => {
      if (broken) misbehave(question, response);
      else if (question.index === 0) answerKey(response, 7, 'good');
      else setTimeout(() => ((broken = true), misbehave(question, response)), 50);
    });
    await follower.fresh();
    expect(describeError(await follower.held())).toMatch(expected);
    expect(follower.last?.value).toMatchObject({ Value: 'good' });
    broken = false;
    await follower.fresh((pair) => pair?.Value === 'good', 20_000);
    expect(follower.answers.map(({ state }) => state)).toEqual(['fresh', 'held', 'fresh']);
  });

  it('is asked for again at once, from the start, and not told where it was only a blip', async () => {
    const { agent, follower } = await follow(KEY, ({ turn, index }, response) => {
      if (turn === 1) response.destroy();
      else if (index === 0) answerKey(response, 7, turn === 0 ? 'one' : 'two');
    });
    await follower.fresh((pair) => pair?.Value === 'two');
    expect(follower.answers.map(({ state }) => state)).toEqual(['fresh', 'fresh']);
    expect(agent.questions.slice(0, 3).map(({ index }) => index)).toEqual([0, 7, 0]);
  });

  it('is named where fresh connections are closed at once', async () => {
    const { follower } = await follow(KEY, (_, response) => response.destroy());
    expect(describeError(await follower.held())).toContain('http_max_conns_per_client');
  });

  it('ends the watch where Consul calls the query wrong', async () => {
    const { follower } = await follow(KEY, (_, response) =>
      response.writeHead(400).end('Invalid query parameter'),
    );
    expect(await follower.thrown()).toMatchObject({
      code: 'catalog',
      message: expect.stringContaining('400 Invalid query parameter') as string,
    });
  });

  it('is retried ever more slowly', async () => {
    const { agent, follower } = await follow(KEY, (_, response) => response.writeHead(500).end());
    await follower.held();
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(agent.questions.length).toBeGreaterThan(3);
    expect(agent.questions.length).toBeLessThan(9);
    expect(follower.answers).toHaveLength(1);
  });
});

describe('the end', () => {
  it('closes the connection that a query waits on', async () => {
    const { agent, follower } = await follow(KEY, ({ index }, response) => {
      if (index === 0) answerKey(response, 7, 'one');
    });
    await waitUntil(() => agent.questions.length === 2, { what: 'a query that waits' });
    expect(agent.connections).toBe(1);
    await follower.stop();
    await waitUntil(() => agent.connections === 0, { what: 'no connection' });
  });
});
