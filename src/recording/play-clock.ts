import { sleepBy, systemClock, type CancelTimer, type Clock } from '../core/time.ts';

/**
 * A clock that begins at a time of the past and runs so many times as fast as ours. Node's timers may go off up to a millisecond early, which is an
 * hour here: so each is set again until its moment has come by this clock.
 */
export class FastClock implements Clock {
  readonly #startMs: number;
  readonly #speed: number;
  readonly #beganMs = performance.now();

  constructor(startMs: number, speed: number) {
    this.#startMs = startMs;
    this.#speed = speed;
  }

  now(): number {
    return this.#startMs + (performance.now() - this.#beganMs) * this.#speed;
  }

  timeOfDay(): number {
    return this.now();
  }

  setTimer(callback: () => void, delayMs: number): CancelTimer {
    const atMs = this.now() + delayMs;
    let cancel: CancelTimer;
    const wait = (): void => {
      cancel = systemClock.setTimer(
        () => {
          if (this.now() >= atMs) callback();
          else wait();
        },
        (atMs - this.now()) / this.#speed,
      );
    };
    wait();
    return () => cancel();
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return sleepBy(this, delayMs, signal);
  }
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
