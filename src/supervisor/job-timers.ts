import type { CancelTimer, Clock } from '../core/time.ts';
import type { TimerName } from './job-life.ts';

/** The timers of a job: one of each name, and the last one armed counts. */
export class JobTimers {
  readonly #clock: Clock;
  readonly #onTimer: (timer: TimerName) => void;
  readonly #cancels = new Map<TimerName, CancelTimer>();

  constructor(clock: Clock, onTimer: (timer: TimerName) => void) {
    this.#clock = clock;
    this.#onTimer = onTimer;
  }

  /** It fires once, after this time. */
  arm(timer: TimerName, afterMs: number): void {
    this.disarm(timer);
    const fire = (): void => {
      this.#cancels.delete(timer);
      this.#onTimer(timer);
    };
    this.#cancels.set(timer, this.#clock.setTimer(fire, afterMs));
  }

  /** It does not fire. */
  disarm(timer: TimerName): void {
    this.#cancels.get(timer)?.();
    this.#cancels.delete(timer);
  }
}
