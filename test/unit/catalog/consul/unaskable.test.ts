import { afterEach, describe, expect, it } from 'vitest';
import type { Query } from '../../../../src/catalog/query.ts';
import { createConsulCatalog } from '../../../../src/catalog/consul/index.ts';
import { systemClock } from '../../../../src/core/time.ts';
import { consulOptions } from '../../../support/consul-catalog.ts';
import { startFakeAgent, type FakeHandler } from '../../../support/fake-agent.ts';
import { Follower } from '../../../support/follower.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';

const ends: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function follow<const Q extends Query>(query: Q, handler: FakeHandler) {
  const agent = await startFakeAgent(handler);
  ends.push(() => agent.close());
  const logger = recordingLogger();
  const catalog = createConsulCatalog(consulOptions(agent.address), { clock: systemClock, logger });
  ends.push(() => catalog.close());
  const follower = new Follower(catalog, query);
  ends.push(() => follower.stop());
  return { agent, follower, logger };
}

const service = (name: string) => ({ kind: 'service', name, passingOnly: true }) as const;
const turnedAway: FakeHandler = (_, response) => response.writeHead(400).end();

describe('a name that cannot be asked for', () => {
  it('is that of a service without instances; one warning says so, in one line', async () => {
    const { agent, follower, logger } = await follow(service('a\nb'), turnedAway);
    expect(await follower.fresh()).toEqual([]);
    expect(logger.records.map(({ level, message }) => [level, message])).toEqual([
      [
        'warn',
        'Consul\'s HTTP API cannot be asked for a service called "a\\nb": it counts as one without instances',
      ],
    ]);
    expect(agent.questions).toEqual([]);
    expect(follower.done).toBe(false);
  });

  it('is cut short in the warning where it is long', async () => {
    const { follower, logger } = await follow(service(`${'x'.repeat(100)}\n`), turnedAway);
    await follower.fresh();
    expect(logger.records[0]?.message).toContain(`called "${'x'.repeat(80)}"…: `);
  });

  it.each([
    ['without a word, as of a character that it does not know', turnedAway],
    ['as too long', (_, response) => response.writeHead(431).end('too large')],
  ])('may be one that the agent turns away %s', async (_, handler) => {
    const { agent, follower, logger } = await follow(service('web-\u{1fae0}'), handler);
    expect(await follower.fresh()).toEqual([]);
    expect(agent.questions).toHaveLength(1);
    expect(logger.records.map(({ level }) => level)).toEqual(['warn']);
  });

  it('is that of a node which nobody knows', async () => {
    const { follower, logger } = await follow({ kind: 'node', name: 'a\tb' }, turnedAway);
    expect(await follower.fresh()).toBeNull();
    expect(logger.records[0]?.message).toContain('a node called "a\\tb"');
  });

  it('stays an error for a key, which is named by those who run the place', async () => {
    const { follower } = await follow({ kind: 'key', path: 'a\nb' }, turnedAway);
    expect(await follower.thrown()).toMatchObject({ code: 'catalog' });
  });

  it('is not one that was answered before', async () => {
    const { follower } = await follow(service('web'), (question, response) => {
      if (question.index > 0) return turnedAway(question, response);
      response.writeHead(200, { 'X-Consul-Index': '7', 'X-Consul-KnownLeader': 'true' }).end('[]');
    });
    expect(await follower.thrown()).toMatchObject({
      message: expect.stringContaining('400') as string,
    });
    expect(follower.answers).toHaveLength(1);
  });

  it('is not what a 400 that says why is about', async () => {
    const { follower } = await follow(service('web'), (_, response) =>
      response.writeHead(400).end('Invalid query parameter'),
    );
    expect(await follower.thrown()).toMatchObject({
      message: expect.stringContaining('Invalid query parameter') as string,
    });
  });
});
