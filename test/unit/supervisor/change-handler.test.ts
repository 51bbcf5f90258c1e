import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ChangeHandler, Turns } from '../../../src/supervisor/change-handler.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

interface Run {
  readonly name: string;
  readonly signal: AbortSignal;
  readonly end: (error?: Error) => void;
}

describe('a change handler', () => {
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let runs: Run[];
  let turns: Turns;
  let ready: Promise<void>;
  let handlers: ChangeHandler[];

  const make = (name: string, group?: string, splayMs?: number): ChangeHandler => {
    const handler = new ChangeHandler({
      ...{ name, clock, logger },
      settings: {
        action: { kind: 'exec', command: ['true'] },
        ...(group === undefined ? {} : { group }),
        ...(splayMs === undefined ? {} : { splayMs }),
      },
      random: () => 0.5,
      ready: () => ready,
      turn: (of, signal) => turns.wait(of, signal),
      perform: (_action, signal) =>
        new Promise((resolve, reject) => {
          const end = (error?: Error): void => {
            signal.removeEventListener('abort', stop);
            if (error === undefined) resolve();
            else reject(error);
          };
          const stop = (): void => end();
          signal.addEventListener('abort', stop);
          runs.push({ name, signal, end });
        }),
    });
    handlers.push(handler);
    return handler;
  };
  const endLast = async (error?: Error): Promise<void> => {
    runs.at(-1)?.end(error);
    await settle();
  };

  beforeEach(() => {
    clock = new ManualClock();
    logger = recordingLogger();
    runs = [];
    turns = new Turns();
    ready = Promise.resolve();
    handlers = [];
  });

  afterEach(async () => {
    await Promise.all(handlers.map((handler) => handler.stop()));
    expect(clock.pending, 'timers that are left').toBe(0);
  });

  it('does nothing before it is released, and then once for all that changed', async () => {
    const handler = make('sales');
    handler.changed();
    handler.changed();
    await settle();
    expect(runs).toHaveLength(0);
    handler.release();
    await settle();
    expect(runs).toHaveLength(1);
    await endLast();
    expect(runs).toHaveLength(1);
  });

  it('runs once more for whatever changed while it ran, and never twice at a time', async () => {
    const handler = make('sales');
    handler.release();
    handler.changed();
    await settle();
    for (let change = 0; change < 5; change += 1) handler.changed();
    await settle();
    expect(runs).toHaveLength(1);
    await endLast();
    expect(runs).toHaveLength(2);
    await endLast();
    expect(runs).toHaveLength(2);
  });

  it('tries again, with a growing delay of up to 30 s, until it succeeds', async () => {
    const handler = make('sales');
    handler.release();
    handler.changed();
    await settle();
    const delays: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const [count, failedAtMs] = [runs.length, clock.now()];
      await endLast(new Error('exit code 1'));
      while (runs.length === count) await clock.advance(100);
      delays.push(clock.now() - failedAtMs);
    }
    expect(delays[0]).toBeLessThanOrEqual(1100);
    expect(Math.max(...delays)).toBeLessThanOrEqual(30_100);
    expect(delays.at(-1)).toBeGreaterThan(10_000);
    expect(logger.text()).toMatch(
      /^error onChange of sales failed: exit code 1; it is tried again in/,
    );
    const count = runs.length;
    await endLast();
    await clock.advance(120_000);
    expect(runs).toHaveLength(count);
  });

  it('does not wait for its retry when there is news', async () => {
    const handler = make('sales');
    handler.release();
    handler.changed();
    await settle();
    await endLast(new Error('exit code 1'));
    expect(runs).toHaveLength(1);
    handler.changed();
    await settle();
    expect(runs).toHaveLength(2);
    await endLast();
    await clock.advance(120_000);
    expect(runs).toHaveLength(2);
  });

  it('waits until whoever is told can take it, and takes no turn meanwhile', async () => {
    let tell: () => void = () => undefined;
    ready = new Promise((resolve) => (tell = resolve));
    const first = make('first', 'web');
    first.release();
    first.changed();
    await settle();
    ready = Promise.resolve();
    const second = make('second', 'web');
    second.release();
    second.changed();
    await settle();
    expect(runs.map(({ name }) => name)).toEqual(['second']);
    tell();
    await endLast();
    expect(runs.map(({ name }) => name)).toEqual(['second', 'first']);
  });

  it('never runs together with others of its group, and does with those of none', async () => {
    const all = [make('a', 'web'), make('b', 'web'), make('c', 'web'), make('d')];
    for (const handler of all) handler.release();
    for (const handler of all) handler.changed();
    await settle();
    expect(runs.map(({ name }) => name).toSorted()).toEqual(['a', 'd']);
    runs.find(({ name }) => name === 'a')?.end();
    await settle();
    expect(runs.at(-1)?.name).toBe('b');
    // Who gives up its place must not hold up who comes behind it.
    await all[1]?.stop();
    await settle();
    expect(runs.at(-1)?.name).toBe('c');
  });

  it('rests in maintenance, its retries too, and covers afterwards what changed', async () => {
    const handler = make('sales');
    handler.release();
    handler.changed();
    await settle();
    await endLast(new Error('exit code 1'));
    handler.hold();
    await clock.advance(60_000);
    expect(runs).toHaveLength(1);
    handler.release();
    await settle();
    expect(runs).toHaveLength(2);
  });

  it('waits for a part of its splay, and covers with one run whatever comes meanwhile', async () => {
    const handler = make('files', undefined, 4000);
    handler.release();
    handler.changed();
    await clock.advance(1999);
    handler.changed();
    expect(runs).toHaveLength(0);
    await clock.advance(1);
    expect(runs).toHaveLength(1);
    await endLast();
    await clock.advance(60_000);
    expect(runs).toHaveLength(1);
  });

  it('waits for no splay when it stops', async () => {
    const handler = make('files', undefined, 4000);
    handler.release();
    handler.changed();
    await settle();
    await handler.stop();
    expect(clock.pending).toBe(0);
    expect(runs).toHaveLength(0);
  });

  it('ends what is under way when it stops', async () => {
    const handler = make('sales');
    handler.release();
    handler.changed();
    await settle();
    await handler.stop();
    expect(runs[0]?.signal.aborted).toBe(true);
    handler.changed();
    await clock.advance(60_000);
    expect(runs).toHaveLength(1);
  });

  it('leaves no listener with its signal, though it waits for its turn a thousand times', async () => {
    const stopping = new AbortController();
    for (let round = 0; round < 1000; round += 1) {
      const end = await turns.wait('web', stopping.signal);
      const next = turns.wait('web', stopping.signal);
      end();
      (await next)();
    }
    expect(getEventListeners(stopping.signal, 'abort')).toEqual([]);
  });
});
