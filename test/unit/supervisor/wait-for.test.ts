import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { queryId } from '../../../src/catalog/query.ts';
import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import type { WaitForSettings } from '../../../src/supervisor/settings.ts';
import { waitForServices } from '../../../src/supervisor/wait-for.ts';
import { Watcher } from '../../../src/watch/watcher.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { ScriptedCatalog } from '../../support/scripted-catalog.ts';
import { healthyOf, instance } from '../../support/watched.ts';

describe('waiting for services', () => {
  let clock: ManualClock;
  let catalog: ScriptedCatalog;
  let logger: ReturnType<typeof recordingLogger>;
  let watcher: Begun<Watcher>;
  let stopping: AbortController;
  let outcome: string;

  const db = healthyOf('db');
  const wait = (...services: WaitForSettings[]): void => {
    outcome = 'waits';
    const parts = { watcher: watcher.actor, clock, logger };
    waitForServices(services, parts, stopping.signal).then(
      () => (outcome = 'over'),
      (error: unknown) => (outcome = String(error)),
    );
  };
  const answer = async (count: number, query = db): Promise<void> => {
    const instances = Array.from({ length: count }, (_, at) => instance(`i-${at}`));
    catalog.answer(queryId(query), instances);
    await settle();
  };

  beforeEach(() => {
    clock = new ManualClock();
    catalog = new ScriptedCatalog();
    logger = recordingLogger();
    stopping = new AbortController();
    watcher = begin(new Watcher({ catalog, bus: new Bus(), clock, logger: recordingLogger() }));
  });

  afterEach(async () => {
    stopping.abort();
    await settle();
    expect(outcome).not.toBe('waits');
    expect(catalog.open).toEqual([]);
    expect(clock.pending, 'timers that are left').toBe(0);
    await watcher.stop();
  });

  it('ends when as many are there as are needed', async () => {
    wait({ query: db, min: 2 });
    await answer(1);
    expect(outcome).toBe('waits');
    await answer(2);
    expect(outcome).toBe('over');
    expect(logger.text().split('\n')).toEqual([
      'info waiting for 2 of db',
      'info db is there: 2 of 2 instances',
    ]);
  });

  it('ends at once where there is nothing to wait for', async () => {
    wait();
    await settle();
    expect(outcome).toBe('over');
  });

  it('waits for all of them', async () => {
    const cache = healthyOf('cache');
    wait({ query: db, min: 1 }, { query: cache, min: 1 });
    await answer(1, cache);
    expect(outcome).toBe('waits');
    await answer(1);
    expect(outcome).toBe('over');
  });

  it('says now and then what it waits for, and what is wrong', async () => {
    wait({ query: db, min: 1 });
    await answer(0);
    await clock.advance(30_000);
    catalog.hold(queryId(db), 'connection refused');
    await clock.advance(30_000);
    expect(logger.text().split('\n').slice(1)).toEqual([
      'warn waiting for db: 0 of 1 instances are there',
      'warn waiting for db: 0 of 1 instances are there; connection refused',
    ]);
  });

  it('gives up when its time is over, and names the service', async () => {
    wait({ query: db, min: 1, timeoutMs: 120_000 }, { query: healthyOf('cache'), min: 1 });
    await answer(0);
    await clock.advance(120_000);
    expect(outcome).toContain('gave up after 2m of waiting for db: 0 of 1 instances are there');
  });

  it('gives up at once what can never be asked', async () => {
    wait({ query: db, min: 1 });
    await settle();
    catalog.refuse(queryId(db), new Error('400 bad request'));
    await settle();
    expect(outcome).toContain('db can never be waited for: 400 bad request');
  });

  it('ends when it is told to stop', async () => {
    wait({ query: db, min: 1 });
    await settle();
    stopping.abort();
    await settle();
    expect(outcome).toBe('over');
  });
});
