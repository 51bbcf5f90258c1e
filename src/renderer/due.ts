import type { Clock } from '../core/time.ts';
import { periodOf, type Pause } from './pause.ts';
import { QuietTimer } from './quiet-period.ts';
import type { QuietPeriod } from './target.ts';

/** When a target is to be rendered: now, or when the changes have calmed down. Says so once until it is taken. */
export class Due {
  readonly #quiet: QuietPeriod;
  readonly #clock: Clock;
  readonly #onDue: () => void;
  /** Those that were ever needed: most targets never need most. */
  readonly #timers: Partial<Record<Pause, QuietTimer>> = {};
  #now = true;

  constructor(quiet: QuietPeriod, clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
    this.#quiet = quiet;
  }

  /** Whether it is. */
  get now(): boolean {
    return this.#now;
  }

  /** It is from this moment on, without telling anybody: whoever renders looks by itself. */
  begin(): void {
    this.#now = true;
  }

  /** It is, and whoever renders is told. */
  become(): void {
    if (this.#now) return;
    this.#now = true;
    this.#onDue();
  }

  /** It is once the changes have calmed down. */
  becomeAfter(pause: Pause): void {
    this.#timers[pause] ??= this.#timerOf(pause);
    this.#timers[pause].touch();
  }

  /** Whether it is; and if so, it is not any more. */
  take(): boolean {
    const due = this.#now;
    this.#now = false;
    // The rendering to come has all that is known: nothing is left to wait for.
    if (due) this.cancel();
    return due;
  }

  /** It is rendered now, whether it was due or not. */
  takeEarly(): void {
    this.#now = false;
    this.cancel();
  }

  #timerOf(pause: Pause): QuietTimer {
    return new QuietTimer(periodOf(pause, this.#quiet), this.#clock, () => this.become());
  }

  /** Waits for nothing any more. */
  cancel(): void {
    for (const timer of Object.values(this.#timers)) timer.cancel();
  }
}
