import type { ServerResponse } from 'node:http';
import { describe, expect } from 'vitest';
import { createConsulCatalog } from '../../../../src/catalog/consul/index.ts';
import type { ConsulOptions } from '../../../../src/catalog/consul/options.ts';
import type { Query } from '../../../../src/catalog/query.ts';
import type { Value } from '../../../../src/catalog/values.ts';
import { describeError } from '../../../../src/core/errors.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { catalogOn, consulOptions } from '../../../support/consul-catalog.ts';
import { startFakeAgent, type FakeAgent, type FakeHandler } from '../../../support/fake-agent.ts';
import { Follower } from '../../../support/follower.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { sideBySide } from '../../../support/side-by-side.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const SALES = { kind: 'service', name: 'sales', passingOnly: false } as const;
const HEALTH = '/v1/health/service/sales';

const test = sideBySide((ends) => {
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

  return { ends, follow };
});

function answer(
  response: ServerResponse,
  index: number,
  instances: number,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(200, {
    'X-Consul-Index': String(index),
    'X-Consul-KnownLeader': 'true',
    'X-Consul-LastContact': '0',
    ...headers,
  });
  const list = Array.from({ length: instances }, (_, at) => ({
    Node: { Node: `node-${at}` },
    Service: { ID: `s${at}`, Service: 'sales' },
    Checks: [],
  }));
  response.end(JSON.stringify(list));
}

/** An agent with a list of answers to the service, the last one for ever; whatever else is asked gets this status. */
function inTurn(
  turns: readonly ((response: ServerResponse) => void)[],
  otherwise = 404,
): FakeHandler {
  let turn = 0;
  return ({ url, index }, response) => {
    if (url.pathname !== HEALTH) {
      response.writeHead(otherwise).end(otherwise === 404 ? '404 page not found' : '');
      return;
    }
    if (turn >= turns.length && index > 0) return;
    turns[Math.min(turn, turns.length - 1)]?.(response);
    turn += 1;
  };
}

const pathsOf = ({ questions }: FakeAgent): string[] => questions.map(({ url }) => url.pathname);

describe.concurrent('an answer that shrank', () => {
  test('is read again without waiting, and the newer reading counts', async ({
    stage: { follow },
  }) => {
    const { agent, follower } = await follow(
      SALES,
      inTurn([
        (response) => answer(response, 5, 10),
        (response) => answer(response, 6, 0),
        (response) => answer(response, 7, 9),
      ]),
    );
    await follower.fresh((instances) => instances.length === 9);
    expect(follower.answers.map(({ value }) => value?.length)).toEqual([10, 9]);
    expect(agent.questions.slice(0, 3).map(({ index }) => index)).toEqual([0, 5, 0]);
    expect(pathsOf(agent).slice(0, 3)).toEqual([HEALTH, HEALTH, HEALTH]);
  });

  test('costs two questions more where it is small, and one that grows or only changes costs none', async ({
    stage: { follow },
  }) => {
    const { agent, follower } = await follow(
      SALES,
      inTurn([
        (response) => answer(response, 5, 3),
        (response) => answer(response, 6, 4),
        (response) => answer(response, 7, 4, {}),
        (response) => answer(response, 8, 3),
        (response) => answer(response, 8, 3),
      ]),
    );
    await waitUntil(() => agent.questions.length === 7, { what: 'seven questions' });
    expect(agent.questions.map(({ index }) => index)).toEqual([0, 5, 6, 7, 0, 0, 8]);
    // Whoever may read the nodes that are left may not be let to read this one.
    expect(pathsOf(agent)[5]).toBe('/v1/coordinate/node/node-3');
    expect(follower.answers.map(({ value }) => value?.length)).toEqual([3, 4, 3]);
  });

  test('costs one question more where what is left shows that the token may read what is gone', async ({
    stage: { follow },
  }) => {
    const list = (response: ServerResponse, index: number, ids: readonly string[]): void => {
      response.writeHead(200, { 'X-Consul-Index': String(index), 'X-Consul-KnownLeader': 'true' });
      const Service = { Service: 'sales' };
      const of = (ID: string) => ({
        Node: { Node: 'one' },
        Service: { ...Service, ID },
        Checks: [],
      });
      response.end(JSON.stringify(ids.map(of)));
    };
    const { agent, follower } = await follow(
      SALES,
      inTurn([
        (response) => list(response, 5, ['a', 'b', 'c']),
        (response) => list(response, 6, ['a', 'b']),
        (response) => list(response, 6, ['a', 'b']),
      ]),
    );
    await waitUntil(() => agent.questions.length === 4, { what: 'four questions' });
    expect(agent.questions.map(({ index }) => index)).toEqual([0, 5, 0, 6]);
    expect(follower.answers.map(({ value }) => value?.length)).toEqual([3, 2]);
  });

  test.for([404, 405, 500])(
    'is held where it says that it is filtered, though the agent has nothing to say of rights (%i)',
    async (status, { stage: { follow } }) => {
      const filtered = { 'X-Consul-Results-Filtered-By-ACLs': 'true' };
      let isWhole = false;
      const { follower } = await follow(SALES, ({ url, index, turn }, response) => {
        if (url.pathname !== HEALTH) response.writeHead(status).end();
        else if (turn === 0) answer(response, 7, 3);
        else if (!isWhole) answer(response, 8, 1, filtered);
        else if (index === 0) answer(response, 20, 3);
      });
      const told = describeError(await follower.suspect());
      expect(told).toContain('says that it leaves out what the token may not read');
      expect(told).toContain('service "sales"');
      expect(follower.last?.value).toHaveLength(3);
      isWhole = true;
      await follower.fresh();
      expect(follower.answers.map(({ state }) => state)).toEqual(['fresh', 'suspect', 'fresh']);
    },
  );

  test('is held where its index is that of the one before', async ({ stage: { follow } }) => {
    const { follower } = await follow(SALES, ({ url, index, turn }, response) => {
      if (url.pathname !== HEALTH) response.writeHead(404).end('404 page not found');
      // An answer before its time makes us forget the index, and read all of it.
      else if (turn < 2) answer(response, 7, 3);
      else if (index === 0) answer(response, 7, 2);
    });
    expect(describeError(await follower.suspect())).toContain('though nothing has changed');
    expect(follower.last?.value).toHaveLength(3);
  });

  test('is held where the catalog does not list its own service any more', async ({
    stage: { follow },
  }) => {
    let isNarrowed = false;
    const { agent, follower } = await follow(SALES, ({ url, index }, response) => {
      const { pathname } = url;
      if (pathname === '/v1/catalog/service/consul') answer(response, 3, isNarrowed ? 0 : 1);
      else if (pathname !== HEALTH) response.writeHead(404).end('404 page not found');
      else if (isNarrowed) answer(response, 9, 0);
      else if (index === 0) answer(response, 7, 3);
      else setTimeout(() => answer(response, 8, 3), 50);
    });
    await follower.fresh();
    await waitUntil(() => pathsOf(agent).includes('/v1/catalog/service/consul'), {
      what: 'a look at the own service',
    });
    isNarrowed = true;
    expect(describeError(await follower.suspect())).toContain('no longer its own service');
    expect(follower.last?.value).toHaveLength(3);
  });

  test('is asked of the leader where others may answer, so that none that lags is believed', async ({
    stage: { follow },
  }) => {
    const { agent, follower } = await follow(
      SALES,
      ({ url, index, turn }, response) => {
        if (url.pathname !== HEALTH) response.writeHead(404).end('404 page not found');
        else if (turn === 0) answer(response, 5, 3);
        else if (turn === 1) answer(response, 6, 0);
        else if (index === 0) answer(response, 7, 3);
      },
      { reads: { mode: 'stale', maxStaleMs: 2000 } },
    );
    await waitUntil(() => agent.questions.length === 4, { what: 'four questions' });
    expect(agent.questions.map(({ url }) => url.searchParams.has('stale'))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(follower.answers.map(({ value }) => value?.length)).toEqual([3]);
  });

  test('is asked of the leader again and again where others may answer, until it is believed', async ({
    stage: { follow },
  }) => {
    const { agent, follower } = await follow(
      SALES,
      ({ url, turn }, response) => {
        const isStale = url.searchParams.has('stale');
        if (url.pathname !== HEALTH) response.writeHead(403).end('Permission denied');
        else if (turn === 0 || (isStale && turn < 20))
          answer(response, 5 + turn, turn === 0 ? 3 : 0);
        else if (!isStale) answer(response, 9, 0);
      },
      { reads: { mode: 'stale', maxStaleMs: 2000 } },
    );
    await follower.suspect();
    const before = agent.questions.length;
    const since = () => agent.questions.slice(before).filter(({ url }) => url.pathname === HEALTH);
    await waitUntil(() => since().length === 2, { what: 'two more questions' });
    expect(since().some(({ url }) => url.searchParams.has('stale'))).toBe(false);
  });

  test('is held for a while where the agent was away in between, whatever its index', async ({
    stage: { follow },
  }) => {
    const { follower } = await follow(SALES, ({ url, index, turn }, response) => {
      if (url.pathname !== HEALTH) response.writeHead(404).end('404 page not found');
      else if (turn === 0) answer(response, 5, 3);
      else if (turn === 1) response.destroy();
      else if (index === 0) answer(response, 9, 0);
    });
    expect(describeError(await follower.suspect())).toContain('was away');
    expect(follower.last?.value).toHaveLength(3);
  });

  test('does not double the questions of a service that flaps: all of them keep to the pace', async ({
    stage: { follow },
  }) => {
    let changes = 5;
    const { agent, follower } = await follow(SALES, ({ url, index }, response) => {
      if (url.pathname !== HEALTH) response.writeHead(404).end('404 page not found');
      else answer(response, index > 0 ? ++changes : changes, changes % 2);
    });
    await follower.fresh();
    const before = agent.questions.length;
    await new Promise((resolve) => setTimeout(resolve, 3000));
    // Some fifteen of its own, and as many for the change to fewer.
    expect(agent.questions.length - before).toBeLessThan(30);
    expect(agent.questions.length - before).toBeGreaterThan(8);
  });
});

describe.concurrent('the first answer', () => {
  test('is read twice where it is an empty list, and the newer reading counts', async ({
    stage: { follow },
  }) => {
    const { agent, follower } = await follow(
      SALES,
      inTurn([(response) => answer(response, 5, 0), (response) => answer(response, 6, 2)]),
    );
    await follower.fresh((instances) => instances.length === 2);
    expect(follower.answers).toHaveLength(1);
    expect(pathsOf(agent).slice(0, 2)).toEqual([HEALTH, HEALTH]);
  });

  test('is judged by what was known before, and held where that was more, for 5 s', async ({
    stage: { ends },
  }) => {
    const known = [{ Node: 'node-0', ID: 's0', Name: 'sales' }] as unknown as Value;
    const agent = await startFakeAgent(({ url, index }, response) => {
      if (url.pathname !== HEALTH) response.writeHead(404).end('404 page not found');
      else if (index === 0) answer(response, 5, 0);
    });
    ends.push(() => agent.close());
    const catalog = catalogOn(agent.address);
    ends.push(() => catalog.close());
    const follower = new Follower(catalog, SALES, known);
    ends.push(() => follower.stop());
    expect(describeError(await follower.suspect())).toContain('believed when it stays so for 5s');
    expect(follower.last?.value).toEqual(known);
    await follower.fresh((instances) => instances.length === 0);
    expect(follower.answers.map(({ state }) => state)).toEqual(['suspect', 'fresh']);
  });

  test('ends a run that gives up, where it is empty for want of rights', async ({
    stage: { ends },
  }) => {
    const agent = await startFakeAgent(({ url }, response) => {
      if (url.pathname === HEALTH) answer(response, 5, 0);
      else response.writeHead(403).end('rpc error making call: Permission denied');
    });
    ends.push(() => agent.close());
    const options = consulOptions(agent.address, { retry: { attempts: 0 } });
    const parts = { clock: systemClock, logger: recordingLogger(), givesUp: true };
    const catalog = createConsulCatalog(options, parts);
    ends.push(() => catalog.close());
    const follower = new Follower(catalog, SALES);
    ends.push(() => follower.stop());
    expect(describeError(await follower.thrown())).toMatch(
      /^given up after the first try: Consul leaves out .*service "sales"/,
    );
  });
});
