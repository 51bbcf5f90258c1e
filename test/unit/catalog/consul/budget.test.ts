import { expect, it } from 'vitest';
import { Budget } from '../../../../src/catalog/consul/budget.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';

function budgetOf({
  sockets = 7,
  inRounds = 0,
  whenRung = 0,
  granted = (): number | undefined => undefined,
} = {}) {
  const clock = new ManualClock();
  const logger = recordingLogger();
  const budget = new Budget({
    ...{ agent: 'http://agent', clock, logger },
    usage: () => {
      const most = granted();
      const limit = most === undefined ? {} : { granted: most };
      return { protocol: 'HTTP/2', sockets, maxSockets: 48, exchanges: 0, ...limit };
    },
    visited: () => ({ inRounds, whenRung }),
  });
  const begin = (count: number) => Array.from({ length: count }, () => budget.begin());
  return { budget, begin, clock, logger };
}

it('says once how many queries there are over how many connections, when all are answered', async () => {
  const { budget, begin, clock, logger } = budgetOf({ inRounds: 240 });
  const queries = begin(1240);
  for (const query of queries.slice(1)) query.answered();
  await clock.advance(6000);
  expect(logger.text()).toBe('');
  queries[0]?.answered();
  await clock.advance(3000);
  expect(logger.text()).toBe(
    'info 1,240 queries over 7 connections to Consul at http://agent (HTTP/2, at most 48); 240 of them are visited every few seconds',
  );
  begin(3);
  await clock.advance(600_000);
  expect(logger.records).toHaveLength(1);
  expect(budget.queries).toBe(1243);
});

it.each([
  [
    { inRounds: 140, whenRung: 100 },
    '; 140 of them are visited every few seconds; 100 of them are visited when something changes',
  ],
  [{ whenRung: 850 }, '; 850 of them are visited when something changes'],
])('says how those are visited that cannot wait: %j', async (visited, said) => {
  const { begin, clock, logger } = budgetOf(visited);
  for (const query of begin(1240)) query.answered();
  await clock.advance(3000);
  expect(logger.text().split('at most 48)')[1]).toBe(said);
});

it('waits for no more than a minute for the last answer, and not for queries that ended', async () => {
  const { begin, clock, logger } = budgetOf();
  begin(60);
  await clock.advance(57_000);
  expect(logger.records).toHaveLength(0);
  await clock.advance(3000);
  expect(logger.text()).toMatch(/^info 60 queries over 7 connections/);

  const other = budgetOf();
  const [first, second] = other.begin(2);
  first?.answered();
  second?.end();
  await other.clock.advance(3000);
  expect(other.logger.text()).toBe(
    'debug 1 query over 7 connections to Consul at http://agent (HTTP/2, at most 48)',
  );
});

it('says nothing where nobody could be asked, or after its end', async () => {
  const away = budgetOf({ sockets: 0 });
  away.begin(60);
  await away.clock.advance(120_000);
  expect(away.logger.text()).toBe('');
  away.budget.close();
  expect(away.clock.pending).toBe(0);
});

it('names the setting of the agent whose limit was met, and not again for ten minutes', async () => {
  const { budget, clock, logger } = budgetOf({ sockets: 1, granted: () => 1 });
  budget.turnedAway();
  budget.turnedAway();
  await clock.advance(1000);
  expect(logger.text()).toContain(
    'as an agent does beyond limits.http_max_conns_per_client, and is asked over 1 connection: lower maxConnections',
  );
  budget.turnedAway();
  await clock.advance(600_000);
  expect(logger.records).toHaveLength(1);
  budget.turnedAway();
  await clock.advance(1000);
  expect(logger.records).toHaveLength(2);
});

it('says nothing of a limit where the agent has closed all its connections by then, as one that ends does', async () => {
  let most: number | undefined = 3;
  const { budget, clock, logger } = budgetOf({ granted: () => most });
  budget.turnedAway();
  most = undefined;
  await clock.advance(600_000);
  expect(logger.records).toEqual([]);
  most = 3;
  budget.turnedAway();
  await clock.advance(1000);
  expect(logger.records).toHaveLength(1);
  budget.turnedAway();
  budget.close();
  expect(clock.pending).toBe(0);
});

it('says how many of them are keys that are asked together, by how many watches', async () => {
  const { budget, begin, clock, logger } = budgetOf({ inRounds: 31 });
  for (const query of begin(11_000)) query.answered();
  const forget = budget.collapses(() => ({ keys: 9000, groups: 30 }));
  budget.collapses(() => ({ keys: 1000, groups: 1 }));
  await clock.advance(3000);
  expect(logger.text()).toBe(
    'info 11,000 queries over 7 connections to Consul at http://agent (HTTP/2, at most 48), 10,000 of them in 31 watches of prefixes; 31 of them are visited every few seconds',
  );
  expect(logger.records[0]).toMatchObject({ fields: { keys: 10_000, prefixes: 31 } });
  forget();
});
