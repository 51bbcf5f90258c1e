import { describe, expect, it } from 'vitest';
import { Pace } from '../../../../src/catalog/blocking/pace.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

/** How many questions are asked in a time where each is answered at once. */
async function askedWithin(durationMs: number, news: boolean): Promise<number> {
  const clock = new ManualClock();
  const pace = new Pace(clock);
  const controller = new AbortController();
  let asked = 0;
  const asking = (async () => {
    while (!controller.signal.aborted) {
      asked++;
      pace.note(news);
      await pace.pause(controller.signal);
      if (asked > 100_000) throw new Error('a busy loop');
    }
  })();
  await clock.advance(durationMs);
  controller.abort();
  await asking;
  expect(clock.pending).toBe(0);
  return asked;
}

describe('the pace of one query', () => {
  it('is a burst of 20 and then 20 a second where every answer is news', async () => {
    const asked = await askedWithin(10_000, true);
    expect(asked).toBeGreaterThanOrEqual(218);
    expect(asked).toBeLessThanOrEqual(222);
  });

  it('falls to one a second where no answer is news', async () => {
    const asked = await askedWithin(60_000, false);
    expect(asked).toBeGreaterThan(55);
    expect(asked).toBeLessThan(75);
  });

  it('is quick again after news', async () => {
    const clock = new ManualClock();
    const pace = new Pace(clock);
    for (let turn = 0; turn < 10; turn++) pace.note(false);
    pace.note(true);
    await pace.pause(new AbortController().signal);
    expect(clock.pending).toBe(0);
  });
});
