import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { catalogOn } from '../../../support/consul-catalog.ts';
import { answerKey, startFakeAgent, type FakeHandler } from '../../../support/fake-agent.ts';
import { Follower } from '../../../support/follower.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Follows two keys over connections that let one of them wait: the first that is named. */
async function followTwo(handler: FakeHandler) {
  const agent = await startFakeAgent(handler);
  ends.push(() => agent.close());
  const catalog = catalogOn(agent.address, { maxConnections: 3, waitMs: 60_000 });
  ends.push(() => catalog.close());
  const [placed, visited] = ['placed', 'visited'].map((path) => {
    const follower = new Follower(catalog, { kind: 'key', path } as const);
    ends.push(() => follower.stop());
    return follower;
  }) as [Follower<{ kind: 'key'; path: string }>, Follower<{ kind: 'key'; path: string }>];
  const asked = (path: string) =>
    agent.questions.filter(({ url }) => url.pathname === `/v1/kv/${path}`);
  return { agent, placed, visited, asked };
}

/** Leaves whoever waits waiting, and gives everybody else an answer. */
const answerReads =
  (answer: (response: ServerResponse, turn: number, path: string) => void): FakeHandler =>
  ({ url, index, turn }, response) => {
    if (index === 0) answer(response, turn, url.pathname);
  };

describe('a query that is visited, since there is no connection to wait on', () => {
  it('is asked every second without an index, while another waits', async () => {
    const { placed, visited, asked } = await followTwo(
      answerReads((response) => answerKey(response, 7, 'one')),
    );
    await placed.fresh();
    await visited.fresh();
    await waitUntil(() => asked('visited').length === 4, { what: 'three visits' });
    expect(asked('visited').map(({ index }) => index)).toEqual([0, 0, 0, 0]);
    expect(asked('placed').at(1)?.index).toBe(7);
    expect(visited.answers).toHaveLength(1);
  });

  it('hears of a change at its next visit', async () => {
    let value = 'one';
    const { visited } = await followTwo(
      answerReads((response) => answerKey(response, value === 'one' ? 7 : 8, value)),
    );
    await visited.fresh();
    value = 'two';
    await visited.fresh((pair) => pair?.Value === 'two', 2000);
  });

  it('does not look at an answer whose index is known, however it came', async () => {
    let broken = false;
    const { visited, asked } = await followTwo((question, response) => {
      if (!broken) return answerReads((fine) => answerKey(fine, 7, 'one'))(question, response);
      const headers = { 'X-Consul-Index': '7', 'X-Consul-KnownLeader': 'true' };
      if (question.turn % 2 === 0) response.writeHead(200, headers).end('no JSON');
      else {
        response.writeHead(200, { ...headers, 'Content-Encoding': 'gzip' });
        response.end(gzipSync('[').subarray(0, 10));
      }
    });
    await visited.fresh();
    broken = true;
    const before = asked('visited').length;
    await waitUntil(() => asked('visited').length === before + 3, { what: 'three more visits' });
    expect(visited.answers.map(({ state }) => state)).toEqual(['fresh']);
  });

  it('looks at trouble, whatever its index', async () => {
    let broken = false;
    const { visited } = await followTwo((question, response) => {
      if (!broken) return answerReads((fine) => answerKey(fine, 7, 'one'))(question, response);
      response.writeHead(500, { 'X-Consul-Index': '7' }).end('rpc error');
    });
    await visited.fresh();
    broken = true;
    expect((await visited.held()).message).toContain('500 rpc error');
  });

  it('waits once it had news and the wait of another brought none', async () => {
    let index = 7;
    const { visited, asked } = await followTwo((question, response) => {
      const value = question.url.pathname.endsWith('visited') ? `at ${index}` : 'the same';
      const answer = () => answerKey(response, value === 'the same' ? 7 : index, value);
      if (question.index === 0) answer();
      else setTimeout(answer, question.waitMs);
    });
    await visited.fresh();
    index = 8;
    await visited.fresh((pair) => pair?.Value === 'at 8');
    await waitUntil(() => asked('visited').some((one) => one.index === 8), {
      what: 'the visited one to wait',
    });
    const since = asked('placed').length;
    await waitUntil(() => asked('placed').length > since, { what: 'a visit to the other' });
    expect(asked('placed').at(-1)?.index).toBe(0);
  });
});
