import { describe, expect, it } from 'vitest';

import { QuietTimer } from '../../../src/renderer/quiet-period.ts';
import { ManualClock } from '../../support/manual-clock.ts';

describe('the quiet period', () => {
  it('ends min after the last change', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    const timer = new QuietTimer({ minMs: 100, maxMs: 1000 }, clock, () => fired.push(clock.now()));
    timer.touch();
    await clock.advance(60);
    timer.touch();
    await clock.advance(99);
    expect(fired).toEqual([]);
    await clock.advance(1);
    expect(fired).toEqual([160]);
  });

  it('ends max after the first change however many follow', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    const timer = new QuietTimer({ minMs: 1000, maxMs: 3000 }, clock, () =>
      fired.push(clock.now()),
    );
    for (let change = 0; change < 12; change += 1) {
      timer.touch();
      await clock.advance(250);
    }
    expect(fired).toEqual([3000]);
  });

  it('begins anew after it has ended', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    const timer = new QuietTimer({ minMs: 10, maxMs: 40 }, clock, () => fired.push(clock.now()));
    timer.touch();
    await clock.advance(100);
    timer.touch();
    await clock.advance(100);
    expect(fired).toEqual([10, 110]);
    expect(clock.pending).toBe(0);
  });

  it('fires nothing once it is cancelled', async () => {
    const clock = new ManualClock();
    let fired = false;
    const timer = new QuietTimer({ minMs: 10, maxMs: 40 }, clock, () => (fired = true));
    timer.touch();
    timer.cancel();
    await clock.advance(100);
    expect(fired).toBe(false);
  });
});
