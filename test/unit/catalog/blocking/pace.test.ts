import { describe, expect, it } from 'vitest';
import { Pace } from '../../../../src/catalog/blocking/pace.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

const MEGABYTE = 1024 * 1024;

/** A query that is paced, and a clock that stands still. */
function scene(leastWeight?: number) {
  const clock = new ManualClock();
  const pace = new Pace(clock, leastWeight);
  return {
    clock,
    pace,
    /** When each question is asked in a time where every answer comes at once. */
    storm: async (durationMs: number, { news }: { readonly news: boolean }): Promise<number[]> => {
      const controller = new AbortController();
      const asked: number[] = [];
      const asking = (async () => {
        while (!controller.signal.aborted) {
          asked.push(clock.now());
          pace.note(news);
          await pace.pause(controller.signal);
          if (asked.length > 10_000) throw new Error('a busy loop');
        }
      })();
      await clock.advance(durationMs);
      controller.abort();
      await asking;
      expect(clock.pending).toBe(0);
      return asked;
    },
    /** How long the pause is after an answer with news. */
    pauseAfterNews: async (): Promise<number> => {
      pace.note(true);
      const before = clock.now();
      let end: number | undefined;
      const pausing = pace.pause(new AbortController().signal).then(() => (end = clock.now()));
      while (end === undefined) await clock.advance(clock.pending === 0 ? 0 : 1);
      await pausing;
      return end - before;
    },
  };
}

const gaps = (moments: readonly number[]): number[] =>
  moments.slice(1).map((moment, at) => moment - (moments[at] ?? 0));

const longest = (moments: readonly number[]): number => Math.max(...gaps(moments));

/** Never above the bound; that it comes near it takes long. */
function expectNearly(boundMs: number, foundMs: number): void {
  expect(foundMs).toBeLessThanOrEqual(boundMs);
  expect(foundMs).toBeGreaterThan(0.95 * boundMs);
}

describe('the pace of one query where every answer is news', () => {
  it('lets two follow at once, and then grows the pause to a second', async () => {
    const asked = await scene().storm(60_000, { news: true });
    expect(gaps(asked).slice(0, 2)).toEqual([0, 0]);
    expect(gaps(asked)[2]).toBeGreaterThan(0);
    expect(gaps(asked)[2]).toBeLessThanOrEqual(50);
    expectNearly(1000, longest(asked));
    expect(
      gaps(asked)
        .slice(-20)
        .every((gap) => gap >= 950),
    ).toBe(true);
    expect(asked.length).toBeLessThan(100);
  });

  it('asks at once for the changes of a deployment, one a second', async () => {
    const { clock, pauseAfterNews } = scene();
    for (let change = 0; change < 30; change += 1) {
      await clock.advance(1000);
      expect(await pauseAfterNews()).toBe(0);
    }
  });

  it('delays ten changes in a second by less than a second in all', async () => {
    const { clock, pauseAfterNews } = scene();
    let late = 0;
    for (let change = 0; change < 10; change += 1) {
      await clock.advance(100);
      late += await pauseAfterNews();
    }
    expect(late).toBeLessThan(1000);
  });

  it('is not late for news after a rest, however long the storm was, and rests in half a minute', async () => {
    const { clock, storm, pauseAfterNews } = scene();
    await storm(600_000, { news: true });
    await clock.advance(1000);
    expect(await pauseAfterNews()).toBe(0);
    await clock.advance(22_000);
    expect(await pauseAfterNews()).toBe(0);
    expect(await pauseAfterNews()).toBe(0);
  });

  it('counts questions that were asked on the side', async () => {
    const { pace, pauseAfterNews } = scene();
    pace.charge(10);
    expect(await pauseAfterNews()).toBeGreaterThan(400);
  });
});

describe('the pace of a heavy query', () => {
  it.each([
    [0.1, 1000],
    [1, 4000],
    [3, 12_000],
    [50, 15_000],
  ])('whose answer has %d MB grows its pause to %d ms', async (megabytes, longestMs) => {
    const { pace, storm } = scene();
    pace.weigh(megabytes * MEGABYTE);
    const asked = await storm(900_000, { news: true });
    expect(gaps(asked).slice(0, 2)).toEqual([0, 0]);
    expectNearly(longestMs, longest(asked));
  });

  it('is no quicker than its kind where its answer is short', async () => {
    const { pace, storm } = scene(5);
    pace.weigh(10);
    expectNearly(5000, longest(await storm(900_000, { news: true })));
  });
});

describe('the pace of one query where no answer is news', () => {
  it('falls to one a second', async () => {
    const asked = await scene().storm(60_000, { news: false });
    expect(asked.length).toBeGreaterThan(55);
    expect(asked.length).toBeLessThan(75);
  });

  it('is quick again after news', async () => {
    const { storm, pauseAfterNews } = scene();
    await storm(600_000, { news: false });
    await pauseAfterNews();
    expect(await pauseAfterNews()).toBeLessThanOrEqual(50);
  });
});
