import type { CancelTimer, Clock } from '../core/time.ts';

/** What comes after the last KILL, postStop above all, has this part of the time, and no more than two seconds. */
const RESERVED_PART = 0.1;
const LONGEST_RESERVE_MS = 2000;

/** How long the stop of a process may take, and what cuts it short. */
export interface StopLimit {
  readonly leftMs: number;
  readonly hurried: AbortSignal;
}

/** It takes as long as it takes. */
export const NO_LIMIT: StopLimit = { leftMs: Infinity, hurried: new AbortController().signal };

/**
 * The one time that a stop may take, from the request to the last KILL. Every wait on the way takes from it; when it is spent, or
 * somebody insists, what is left is killed.
 */
export class Budget implements StopLimit {
  /** Aborts when the wait is to be cut short: hooks and drains end, and KILL comes soon. */
  readonly hurried: AbortSignal;
  readonly #hurry = new AbortController();
  readonly #clock: Clock;
  readonly #endsAtMs: number;
  readonly #reserveMs: number;
  readonly #cancel: CancelTimer;

  /** `totalMs` undefined: as long as its parts take. */
  constructor(clock: Clock, totalMs: number | undefined) {
    this.#clock = clock;
    this.hurried = this.#hurry.signal;
    this.#reserveMs =
      totalMs === undefined ? 0 : Math.min(totalMs * RESERVED_PART, LONGEST_RESERVE_MS);
    this.#endsAtMs = totalMs === undefined ? Infinity : clock.now() + totalMs;
    this.#cancel =
      totalMs === undefined
        ? () => undefined
        : clock.setTimer(() => this.#hurry.abort(), totalMs - this.#reserveMs);
  }

  /** What is left before KILL; Infinity where there is no limit. */
  get leftMs(): number {
    return Math.max(0, this.#endsAtMs - this.#reserveMs - this.#clock.now());
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
