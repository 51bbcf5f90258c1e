import type { CancelTimer, Clock } from '../core/time.ts';
import type { QuietPeriod } from './target.ts';

/**
 * Waits until changes have calmed down: `minMs` after the last one, but never longer than `maxMs` after the first. Calls
 * back once for each such run of changes.
 */
export class QuietTimer {
  readonly #period: QuietPeriod;
  readonly #clock: Clock;
  readonly #onQuiet: () => void;
  #firstMs: number | undefined;
  #cancel: CancelTimer | undefined;

  constructor(period: QuietPeriod, clock: Clock, onQuiet: () => void) {
    this.#period = period;
    this.#clock = clock;
    this.#onQuiet = onQuiet;
  }

  /** A change came in. */
  touch(): void {
    const now = this.#clock.now();
    this.#firstMs ??= now;
    const deadline = this.#firstMs + this.#period.maxMs;
    this.#cancel?.();
    const delay = Math.max(0, Math.min(this.#period.minMs, deadline - now));
    this.#cancel = this.#clock.setTimer(() => {
      this.cancel();
      this.#onQuiet();
    }, delay);
  }

  /** Forgets the changes so far. */
  cancel(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#firstMs = undefined;
  }
}
