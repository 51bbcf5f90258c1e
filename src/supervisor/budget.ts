import type { CancelTimer, Clock } from '../core/time.ts';

/** What comes after the last KILL, postStop above all, has this part of the time, and no more than two seconds. */
const RESERVED_PART = 0.1;
const LONGEST_RESERVE_MS = 2000;

/** How long the stop of a process may take, and what cuts it short. */
export interface StopLimit {
  readonly leftMs: number;
  readonly hurried: AbortSignal;
}

/**
 * The one time that the stop of the program may take, from the request to the last KILL; before the request nothing is limited. Every
 * wait takes from it, those that are under way when it begins included; when it is spent, or somebody insists, what is left is killed.
 */
export class Budget implements StopLimit {
  /** Aborts when the wait is to be cut short: hooks and drains end, and KILL comes soon. */
  readonly hurried: AbortSignal;
  /** Aborts when the stop begins. */
  readonly begun: AbortSignal;
  readonly #hurry = new AbortController();
  readonly #begin = new AbortController();
  readonly #clock: Clock;
  #endsAtMs = Infinity;
  #reserveMs = 0;
  #cancel: CancelTimer = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.hurried = this.#hurry.signal;
    this.begun = this.#begin.signal;
  }

  /** The stop begins. `totalMs` undefined: it takes as long as its parts do. */
  begin(totalMs: number | undefined): void {
    if (totalMs !== undefined) {
      this.#reserveMs = Math.min(totalMs * RESERVED_PART, LONGEST_RESERVE_MS);
      this.#endsAtMs = this.#clock.now() + totalMs;
      this.#cancel = this.#clock.setTimer(() => this.#hurry.abort(), totalMs - this.#reserveMs);
    }
    this.#begin.abort();
  }

  /** What is left before KILL; Infinity where there is no limit. */
  get leftMs(): number {
    return Math.max(0, this.#endsAtMs - this.#reserveMs - this.#clock.now());
  }

  /** When it is spent, in milliseconds since the epoch; Infinity before it begins, and where there is no limit. */
  get endsAtMs(): number {
    return this.#endsAtMs;
  }

  /** What is left for the last hooks. */
  get leftForLastMs(): number {
    return Math.max(this.#reserveMs, this.#endsAtMs - this.#clock.now());
  }

  /** Cuts every wait short. */
  hurry(): void {
    this.#hurry.abort();
  }

  /** Ends its timer. */
  close(): void {
    this.#cancel();
  }
}
