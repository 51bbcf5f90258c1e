import { describe, expect, it } from 'vitest';
import { SAFETY_MS, Sweeps } from '../../../../src/catalog/blocking/sweeps.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

function schedule(random = 0) {
  const clock = new ManualClock();
  const begun: [string, number][] = [];
  const sweeps = new Sweeps(
    clock,
    () => random,
    (reason) => begun.push([reason, clock.now()]),
  );
  return { clock, begun, sweeps };
}

describe('visits of all', () => {
  it('come at once for three changes, and then one in five seconds', async () => {
    const { clock, begun, sweeps } = schedule();
    for (let at = 0; at < 28; at++) {
      sweeps.ask('change');
      await clock.advance(1000);
    }
    expect(begun.map(([, atMs]) => atMs)).toEqual([
      0, 1000, 2000, 5000, 10_000, 15_000, 20_000, 25_000,
    ]);
  });

  it('come at once for no more than three changes, however long it was quiet', async () => {
    const { clock, begun, sweeps } = schedule();
    await clock.advance(3_600_000);
    for (let at = 0; at < 60; at++) {
      sweeps.ask('change');
      await clock.advance(100);
    }
    expect(begun.map(([, atMs]) => atMs - 3_600_000)).toEqual([0, 100, 200, 5000]);
  });

  it('are never more than five seconds late, whenever the last change comes', async () => {
    for (let lastAtMs = 0; lastAtMs < 12_000; lastAtMs += 700) {
      const { clock, begun, sweeps } = schedule();
      for (let atMs = 0; atMs <= lastAtMs; atMs += 100) {
        sweeps.ask('change');
        await clock.advance(atMs === lastAtMs ? 0 : 100);
      }
      await clock.advance(5000);
      expect(begun.at(-1)?.[1]).toBeGreaterThanOrEqual(Math.floor(lastAtMs / 100) * 100);
    }
  });

  it('come once for all who asked before', async () => {
    const { clock, begun, sweeps } = schedule();
    for (let at = 0; at < 5; at++) sweeps.ask('change');
    await clock.advance(20_000);
    expect(begun).toEqual([['change', 0]]);
  });

  it('come within fifteen seconds where most likely nothing is left', async () => {
    const { clock, begun, sweeps } = schedule();
    for (let at = 0; at < 20; at++) {
      sweeps.ask('remainder');
      await clock.advance(1000);
    }
    expect(begun).toEqual([['remainder', 15_000]]);
  });

  it('come at another time in each program of a fleet, where they are in no hurry', async () => {
    const times = [];
    for (const random of [0, 0.5, 0.9]) {
      const { clock, begun, sweeps } = schedule(random);
      sweeps.start();
      sweeps.ask('change');
      await clock.advance(0);
      sweeps.ask('remainder');
      await clock.advance(15_000);
      await clock.advance(SAFETY_MS);
      times.push(begun);
    }
    expect(times).toEqual([
      [
        ['change', 0],
        ['remainder', 15_000],
        ['safety', 615_000],
      ],
      [
        ['change', 0],
        ['remainder', 12_500],
        ['safety', 582_500],
      ],
      [
        ['change', 0],
        ['remainder', 10_500],
        ['safety', 556_500],
      ],
    ]);
  });

  it('wait no longer for those, once something may be unseen', async () => {
    const { clock, begun, sweeps } = schedule();
    sweeps.ask('remainder');
    await clock.advance(1000);
    sweeps.ask('change');
    await clock.advance(60_000);
    expect(begun).toEqual([['change', 1000]]);
  });

  it('come every ten minutes in any case, and no more once it is stopped', async () => {
    const { clock, begun, sweeps } = schedule();
    sweeps.start();
    await clock.advance(2 * SAFETY_MS);
    expect(begun).toEqual([
      ['safety', SAFETY_MS],
      ['safety', 2 * SAFETY_MS],
    ]);
    sweeps.ask('remainder');
    sweeps.stop();
    expect(clock.pending).toBe(0);
  });
});
