import type { Clock } from '../core/time.ts';
import { QuietTimer } from './quiet-period.ts';
import type { QuietPeriod } from './target.ts';

/** One write in the catalog may wake several queries, a moment apart: a target that uses several waits this long for the others. */
const SETTLE = { minMs: 2, maxMs: 2 };
/**
 * While the catalog is in trouble with one of several queries, the others' news are probably the end of it: an agent that comes
 * back, with its data or without, answers all of them in a moment. To render in between would mix two worlds in one file.
 */
const TROUBLED_SETTLE = { minMs: 300, maxMs: 1000 };

/**
 * While an answer is not believed, the others' news may be of the same making: a catalog that began anew is believed query by query, each when it
 * is looked at again. The first that is believed must not make a file of half of the new world.
 */
const DOUBTED_SETTLE = { minMs: 1500, maxMs: 5000 };

/**
 * While a query that a first rendering misses was not heard of at all, the others' answers complete nothing: each would have the template rendered
 * in vain. But what is known may lead to further queries, which are not to wait for the slowest.
 */
const AWAITED_SETTLE = { minMs: 100, maxMs: 300 };

const PERIODS = {
  settle: SETTLE,
  troubled: TROUBLED_SETTLE,
  doubted: DOUBTED_SETTLE,
  awaited: AWAITED_SETTLE,
};

/** Why a rendering that is to come is put off: the target's own quiet period, other queries' news, the end of trouble or of doubt, other queries' first answers. */
export type Pause = 'quiet' | 'settle' | 'troubled' | 'doubted' | 'awaited';

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
    const period = pause === 'quiet' ? this.#quiet : PERIODS[pause];
    return new QuietTimer(period, this.#clock, () => this.become());
  }

  /** Waits for nothing any more. */
  cancel(): void {
    for (const timer of Object.values(this.#timers)) timer.cancel();
  }
}
