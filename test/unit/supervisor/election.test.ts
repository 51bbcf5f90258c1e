import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import { queryId } from '../../../src/catalog/query.ts';
import { Election } from '../../../src/supervisor/election.ts';
import { Fitness } from '../../../src/supervisor/fitness.ts';
import { Watcher } from '../../../src/watch/watcher.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { ScriptedCatalog } from '../../support/scripted-catalog.ts';
import { ScriptedLocks } from '../../support/scripted-locks.ts';
import { keyPair } from '../../support/watched.ts';

const KEY = 'service/mysql/leader';
const OURS = '{"id":"mysql-a"}';
const THEIRS = '{"id":"mysql-b"}';

describe('an election', () => {
  let clock: ManualClock;
  let catalog: ScriptedCatalog;
  let locks: ScriptedLocks;
  let happened: string[];
  let watcher: Begun<Watcher>;
  let election: Begun<Election>;
  let fitness: Fitness;
  let demoted: Promise<void>;

  const theyLead = async (value: string, session = 'their-session'): Promise<void> => {
    catalog.answer(queryId({ kind: 'key', path: KEY }), keyPair(KEY, value, session));
    await settle();
  };
  const news = (): string[] => happened.splice(0);

  beforeEach(async () => {
    clock = new ManualClock();
    catalog = new ScriptedCatalog();
    happened = [];
    [fitness, demoted] = [new Fitness(), Promise.resolve()];
    locks = new ScriptedLocks(happened);
    const [bus, logger] = [new Bus(), recordingLogger()];
    bus.on('lock:changed', ({ held }) => happened.push(held ? 'held' : 'not held'));
    watcher = begin(new Watcher({ catalog, bus, clock, logger }));
    election = begin(
      new Election({
        settings: { key: KEY, ttlMs: 15_000, lockDelayMs: 15_000 },
        ...{ locks, clock, bus, logger, watcher: watcher.actor, value: OURS },
        announce: (code) => happened.push(code),
        fitness,
        demoted: () => demoted,
        onRole: (role, leader) => happened.push(`${role} under ${leader ?? 'nobody'}`),
      }),
    );
    await settle();
  });

  afterEach(async () => {
    await election.stop();
    await watcher.stop();
    expect(clock.pending, 'timers that are left').toBe(0);
  });

  it('begins as a follower, and takes part with what the config says', () => {
    expect(news()).toEqual(['follower under nobody', 'follower']);
    expect(locks.wanted).toEqual([
      { key: KEY, options: { value: OURS, ttlMs: 15_000, lockDelayMs: 15_000 } },
    ]);
  });

  it('tells who leads, and that nobody does where no session holds the key', async () => {
    news();
    await theyLead(THEIRS);
    await theyLead(THEIRS, '');
    expect(news()).toEqual([`follower under ${THEIRS}`, 'follower under nobody']);
  });

  it('leads once the lock is ours, whatever late answers say', async () => {
    await theyLead(THEIRS);
    news();
    locks.grant(7);
    await settle();
    await theyLead(THEIRS, '');
    expect(news()).toEqual(['held', `leader under ${OURS}`, 'leader']);
    expect(election.actor.role).toBe('leader');
  });

  it('says first of all that the lock was lost, then follows, and asks again after a moment', async () => {
    const lose = locks.grant(7);
    await settle();
    await theyLead(THEIRS);
    news();
    lose('the session ended');
    await settle();
    expect(news()).toEqual([
      `follower under ${THEIRS}`,
      'lost',
      'not held',
      `follower under ${THEIRS}`,
      'follower',
      'released',
    ]);
    expect(locks.wanted).toHaveLength(1);
    await clock.advance(1000);
    expect(locks.wanted).toHaveLength(2);
    locks.grant(8);
    await settle();
    expect(news()).toContain('leader');
  });

  it('does not take itself for the leader by an answer from before the loss', async () => {
    const lose = locks.grant(7);
    await settle();
    await theyLead(OURS, 'our-session');
    news();
    lose('nothing was heard for the time to live');
    await settle();
    expect(news()[0]).toBe('follower under nobody');
  });

  it('follows before it gives the lock back when it stops', async () => {
    locks.grant(7);
    await settle();
    news();
    await election.stop();
    expect(news()).toEqual(['not held', 'follower under nobody', 'follower', 'released']);
  });

  it('tries less and less often what fails again and again', async () => {
    for (let round = 0; round < 100; round += 1) {
      locks.refuse(new Error('the ttl is not possible'));
      await clock.advance(30_000);
    }
    const { length } = locks.wanted;
    locks.refuse(new Error('the ttl is not possible'));
    await clock.advance(14_000);
    expect(locks.wanted).toHaveLength(length);
    await clock.advance(17_000);
    expect(locks.wanted).toHaveLength(length + 1);
  });

  it('gives the lock up once its service is ill, and only when whoever had to be demoted is', async () => {
    let tellDemoted: () => void = () => undefined;
    demoted = new Promise((resolve) => (tellDemoted = resolve));
    locks.grant(7);
    await settle();
    news();
    fitness.change(new Error('mysql is not well'));
    await settle();
    expect(news()).toEqual([
      ...['follower under nobody', 'lost', 'not held'],
      ...['follower under nobody', 'follower'],
    ]);
    tellDemoted();
    await settle();
    expect(news()).toEqual(['released']);
    await clock.advance(60_000);
    expect(locks.wanted).toHaveLength(1);
    fitness.change(undefined);
    await settle();
    expect(locks.wanted).toHaveLength(2);
  });

  it('waits for a demotion no longer than the lock delay, or than a stop', async () => {
    demoted = new Promise(() => undefined);
    locks.grant(7);
    await settle();
    fitness.change(new Error('mysql is not well'));
    await clock.advance(14_999);
    expect(news()).not.toContain('released');
    await clock.advance(1);
    expect(news()).toContain('released');
  });

  it('does not stand while its service is ill, and stands no more when it becomes so', async () => {
    fitness.change(new Error('mysql is not well'));
    await settle();
    await clock.advance(60_000);
    expect(locks.wanted).toHaveLength(1);
    locks.grant(7);
    await settle();
    expect(election.actor.role).toBe('follower');
    expect(news()).not.toContain('leader');
  });
});
