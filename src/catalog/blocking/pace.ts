import type { Clock } from '../../core/time.ts';

/** Questions that may follow each other at once. */
const BURST = 20;
const PER_SECOND = 20;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1000;

/**
 * Slows one query down where its answers come faster than anybody needs them: no more than twenty questions a second after a
 * burst of twenty, and growing pauses where the answers bring nothing new. A query on a missing key is woken by every
 * write to any key, and one on a missing node may not block at all.
 */
export class Pace {
  readonly #clock: Clock;
  #tokens = BURST;
  #countedAt: number;
  #idleWakes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#countedAt = clock.now();
  }

  /** Notes whether the last answer brought anything new. */
  note(news: boolean): void {
    this.#idleWakes = news ? 0 : this.#idleWakes + 1;
  }

  /** Counts questions that were asked beside the one of this turn. */
  charge(questions: number): void {
    this.#tokens -= questions;
  }

  /** Resolves when the next question may be asked, or when the signal aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    const delayMs = Math.max(this.#spend(), this.#idlePauseMs());
    if (delayMs > 0) await this.#clock.sleep(delayMs, signal);
  }

  /** Takes one token, on credit where there is none: the result is when it will have been earned. */
  #spend(): number {
    const now = this.#clock.now();
    const earned = (Math.max(0, now - this.#countedAt) / 1000) * PER_SECOND;
    this.#countedAt = now;
    this.#tokens = Math.min(BURST, this.#tokens + earned) - 1;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / PER_SECOND) * 1000;
  }

  #idlePauseMs(): number {
    if (this.#idleWakes < 2) return 0;
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(this.#idleWakes - 2, 20));
  }
}
