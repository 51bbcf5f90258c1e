import { describe, expect, it } from 'vitest';
import { FastClock, JumpingClock } from '../../../src/recording/play-clock.ts';

describe('the clock that jumps', () => {
  it('goes from one moment that somebody waits for to the next, and calls all of it at once', () => {
    const clock = new JumpingClock(1000);
    const called: string[] = [];
    const note = (name: string) => (): void => void called.push(`${clock.now()} ${name}`);
    clock.setTimer(note('b'), 20);
    clock.setTimer(note('a'), 10);
    clock.setTimer(note('c'), 20);
    clock.setTimer(note('never'), 15)();
    expect(clock.jump(5000)).toBe(true);
    expect(called).toEqual(['1010 a']);
    clock.setTimer(note('new'), 10);
    expect(clock.jump(5000)).toBe(true);
    expect(called.slice(1)).toEqual(['1020 b', '1020 c', '1020 new']);
    expect(clock.jump(5000)).toBe(false);
    expect(clock.now()).toBe(5000);
  });

  it('goes no further than it may, and keeps what is to come', async () => {
    const clock = new JumpingClock(0);
    const slept = clock.sleep(100);
    expect(clock.jump(99)).toBe(false);
    expect(clock.now()).toBe(99);
    expect(clock.jump(100)).toBe(true);
    await slept;
  });

  it('ends a sleep that is aborted', async () => {
    const clock = new JumpingClock(0);
    const controller = new AbortController();
    const slept = clock.sleep(100, controller.signal);
    controller.abort();
    await slept;
    await clock.sleep(100, controller.signal);
    expect(clock.jump(1000)).toBe(false);
  });
});

describe('the fast clock', () => {
  it('begins at its time, and its hours pass in moments', async () => {
    const clock = new FastClock(5000, 3_600_000);
    const atFirst = clock.now();
    expect(atFirst).toBeGreaterThanOrEqual(5000);
    await clock.sleep(3_600_000);
    expect(clock.now() - atFirst).toBeGreaterThanOrEqual(3_600_000);
  });

  it('never calls anybody before the moment, however early a timer goes off', async () => {
    const clock = new FastClock(0, 3_600_000);
    for (let times = 0; times < 50; times++) {
      const dueMs = clock.now() + 1_800_000;
      await new Promise<void>((resolve) => clock.setTimer(resolve, 1_800_000));
      expect(clock.now()).toBeGreaterThanOrEqual(dueMs);
    }
  });

  it('forgets a timer that was cancelled', async () => {
    const clock = new FastClock(0, 3_600_000);
    let isCalled = false;
    clock.setTimer(() => (isCalled = true), 1_800_000)();
    await clock.sleep(7_200_000);
    expect(isCalled).toBe(false);
  });
});
