import type { ServerResponse } from 'node:http';
import { afterEach, expect, it } from 'vitest';
import { createConsulCatalog } from '../../../../src/catalog/consul/index.ts';
import type { CatalogQuery } from '../../../../src/catalog/query.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { consulOptions, SILENT } from '../../../support/consul-catalog.ts';
import { startFakeAgent } from '../../../support/fake-agent.ts';
import { Follower } from '../../../support/follower.ts';

const GOOD = { 'X-Consul-Index': '7', 'X-Consul-KnownLeader': 'true' };
const WEB = { kind: 'service', name: 'web', passingOnly: true } as const;

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

type Answers = (response: ServerResponse, isCached: boolean, turn: number) => unknown;

/** Follows a query at an agent that answers so; gives what was held first, and how often its cache was asked. */
async function heldOf(answers: Answers, query: CatalogQuery = WEB) {
  const agent = await startFakeAgent(({ url, turn }, response) => {
    answers(response, url.searchParams.has('cached'), turn);
  });
  ends.push(() => agent.close());
  const parts = { clock: systemClock, logger: SILENT, fallsBack: true };
  const catalog = createConsulCatalog(consulOptions(agent.address), parts);
  ends.push(() => catalog.close());
  const follower = new Follower(catalog, query);
  ends.push(() => follower.stop());
  await follower.held();
  const cached = agent.questions.filter(({ url }) => url.searchParams.has('cached'));
  return { value: follower.last?.value, asked: cached.length };
}

const away = (response: ServerResponse) => response.writeHead(500).end('No cluster leader');
const cachedAs =
  (headers: Readonly<Record<string, string>>, body: string): Answers =>
  (response, isCached) =>
    isCached ? response.writeHead(200, { ...GOOD, ...headers }).end(body) : away(response);

it.each<[string, Answers, { value: unknown; asked: number }, CatalogQuery?]>([
  ['is taken with its age', cachedAs({ Age: '60' }, '[]'), { value: [], asked: 1 }],
  [
    'is left where it does not say how old it is',
    cachedAs({}, '[]'),
    { value: undefined, asked: 1 },
  ],
  [
    'is left where it makes no sense',
    cachedAs({ Age: '60' }, '{"no": "list"}'),
    { value: undefined, asked: 1 },
  ],
  [
    'is not asked for what an agent has no cache for',
    cachedAs({ Age: '60' }, '[]'),
    { value: undefined, asked: 0 },
    { kind: 'key', path: 'a' },
  ],
  [
    'is not asked for where the token may not read',
    (response) => response.writeHead(403).end('Permission denied'),
    { value: undefined, asked: 0 },
  ],
  [
    'is not asked for after an answer, which is the later of the two',
    (response, isCached, turn) => {
      if (isCached) cachedAs({ Age: '60' }, '["never"]')(response, true, turn);
      // The first is empty, and so is asked for twice.
      else if (turn < 2) response.writeHead(200, GOOD).end('[]');
      else away(response);
    },
    { value: [], asked: 0 },
  ],
])('what the agent had last %s', async (_, answers, expected, query) => {
  expect(await heldOf(answers, query)).toEqual(expected);
});
