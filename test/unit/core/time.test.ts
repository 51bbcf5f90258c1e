import { expect, it, vi } from 'vitest';
import { systemClock } from '../../../src/core/time.ts';

it('goes on as time passes, whatever somebody sets the time of day to', () => {
  const before = systemClock.now();
  const spy = vi.spyOn(Date, 'now').mockReturnValue(before - 3_600_000);
  try {
    expect(systemClock.now()).toBeGreaterThanOrEqual(before);
    expect(systemClock.now()).toBeLessThan(before + 60_000);
    expect(systemClock.timeOfDay()).toBe(before - 3_600_000);
  } finally {
    spy.mockRestore();
  }
});
