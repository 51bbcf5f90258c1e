import type { Clock } from '../../core/time.ts';

/** Questions that may follow each other at once. */
const BURST = 2;
/** By so much the pause grows with each question that comes before the last was earned back. */
const STEP_MS = 50;
/** No pause is longer, for an answer of ordinary weight: the last value of a storm is asked for within this time after it. */
const LONGEST_PAUSE_MS = 1000;
/** More questions than this beyond the burst are not held against it, so that it recovers from any storm. */
const DEEPEST = LONGEST_PAUSE_MS / STEP_MS;
/** A question is earned in this time. */
const EARNED_IN_MS = 1000;
const FIRST_IDLE_PAUSE_MS = 20;

/** An answer of this length weighs one, as every shorter one does. */
const BYTES_A_WEIGHT = 256 * 1024;
/** With it the longest pause is 15 s, which Consul's documentation calls reasonable for a watch that churns. */
const HEAVIEST = 15;

/**
 * Slows one query down where its answers come faster than anybody needs them. Two questions may follow each other at once; then
 * the pauses grow by 50 ms a question up to 1 s, and a question is earned back each second. All this takes as many times longer
 * as the answer is heavy. Where the answers bring nothing new, pauses of their own grow faster: a query on a missing key is woken
 * by every write to any key, and one on a missing node may not block at all.
 *
 * A pause is the time from one question to the next, so that news after a rest is never late. No value is lost: the question after the pause is
 * answered at once if anything changed meanwhile.
 */
export class Pace {
  readonly #clock: Clock;
  readonly #leastWeight: number;
  #weight: number;
  /** Questions that were asked and not earned back yet. */
  #spent = 0;
  #countedAt: number;
  #askedAt: number;
  #idleWakes = 0;

  /** `leastWeight`: that of a query which costs more than its answers are long, or is woken by what it does not ask for. */
  constructor(clock: Clock, leastWeight = 1) {
    this.#clock = clock;
    this.#leastWeight = leastWeight;
    this.#weight = leastWeight;
    this.#countedAt = clock.now();
    this.#askedAt = this.#countedAt;
  }

  /** Notes how long the last answer was. */
  weigh(bytes: number): void {
    const weight = Math.max(this.#leastWeight, bytes / BYTES_A_WEIGHT);
    this.#weight = Math.min(HEAVIEST, weight);
  }

  /** Notes whether the last answer brought anything new. */
  note(news: boolean): void {
    this.#idleWakes = news ? 0 : this.#idleWakes + 1;
  }

  /** Counts questions that were asked beside the one of this turn. */
  charge(questions: number): void {
    this.#spent += questions;
  }

  /** Resolves when the next question may be asked, or when the signal aborts. */
  async pause(signal: AbortSignal): Promise<void> {
    const intervalMs = this.#weight * Math.max(this.#spend(), this.#idlePauseMs());
    const delayMs = this.#askedAt + intervalMs - this.#clock.now();
    if (delayMs > 0) await this.#clock.sleep(delayMs, signal);
    this.#askedAt = this.#clock.now();
  }

  /** Counts a question: the result is how long after the last one it may be asked. */
  #spend(): number {
    const now = this.#clock.now();
    const earned = Math.max(0, now - this.#countedAt) / (EARNED_IN_MS * this.#weight);
    this.#countedAt = now;
    // What has a pause of its own is not to slow down the news that come after it.
    const asked = this.#idleWakes < 2 ? 1 : 0;
    const spent = Math.max(0, this.#spent - earned) + asked;
    this.#spent = Math.min(BURST + DEEPEST, spent);
    return STEP_MS * Math.max(0, this.#spent - BURST);
  }

  #idlePauseMs(): number {
    if (this.#idleWakes < 2) return 0;
    return Math.min(LONGEST_PAUSE_MS, FIRST_IDLE_PAUSE_MS * 2 ** Math.min(this.#idleWakes - 2, 20));
  }
}
