import { sleepBy, systemClock, type CancelTimer, type Clock } from '../core/time.ts';

/** A clock that begins at a time of the past and runs so many times as fast as ours. */
export function fastClock(startMs: number, speed: number): Clock {
  const beganMs = performance.now();
  const now = (): number => startMs + (performance.now() - beganMs) * speed;
  return {
    now,
    timeOfDay: now,
    setTimer: (callback, delayMs) => systemClock.setTimer(callback, delayMs / speed),
    sleep: (delayMs, signal) => systemClock.sleep(delayMs / speed, signal),
  };
}

interface Timer {
  readonly atMs: number;
  readonly callback: () => void;
}

/** A clock that stands still until it is told to go to the next moment at which anybody waits for something. */
export class JumpingClock implements Clock {
  #nowMs: number;
  readonly #timers = new Set<Timer>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  timeOfDay(): number {
    return this.#nowMs;
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    const timer = { atMs: this.#nowMs + Math.max(0, delayMs), callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, delayMs, signal);
  }

  /** Goes on to the next moment, but not beyond `limitMs`, and calls all who wait for it; false where nobody does until then. */
  jump(limitMs: number): boolean {
    const nextMs = Math.min(...[...this.#timers].map(({ atMs }) => atMs));
    if (nextMs > limitMs) {
      this.#nowMs = limitMs;
      return false;
    }
    this.#nowMs = nextMs;
    for (const timer of [...this.#timers].filter(({ atMs }) => atMs === nextMs)) {
      if (this.#timers.delete(timer)) timer.callback();
    }
    return true;
  }
}
