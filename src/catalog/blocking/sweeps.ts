import type { CancelTimer, Clock } from '../../core/time.ts';

/** Sweeps that may follow each other at once. */
const BURST = 3;
/** A further one is earned in this time, so that sweeps never cost more than the rounds do in whose place they are. */
const EARNED_IN_MS = 5000;
/** What is most likely known in full already is looked for within this time. */
const UNHURRIED_MS = 15_000;
/** Between two safety sweeps: whatever nobody heard of is seen after this. */
export const SAFETY_MS = 600_000;

/**
 * Why all are visited. `change`: something changed, and nobody can say what. `remainder`: something changed, and what most likely did was visited
 * already. `safety`: it is time.
 */
export type SweepReason = 'change' | 'remainder' | 'safety';

/**
 * Says when all are visited: soon where something may have changed unseen, three times in a row and then every five seconds; a sweep serves all
 * that asked for one before it began.
 */
export class Sweeps {
  readonly #clock: Clock;
  readonly #begin: (reason: SweepReason) => void;
  #cancel: CancelTimer | undefined;
  #next: { readonly atMs: number; readonly reason: SweepReason } | undefined;
  #tokens = BURST;
  #countedAtMs: number;

  /** `begin` visits all. */
  constructor(clock: Clock, begin: (reason: SweepReason) => void) {
    this.#clock = clock;
    this.#begin = begin;
    this.#countedAtMs = clock.now();
  }

  /** Begins to count: the first safety sweep comes after its time. */
  start(): void {
    this.#schedule('safety', SAFETY_MS);
  }

  /** Asks for one. */
  ask(reason: Exclude<SweepReason, 'safety'>): void {
    this.#earn();
    const earnedInMs = this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) * EARNED_IN_MS);
    this.#schedule(reason, reason === 'change' ? earnedInMs : UNHURRIED_MS);
  }

  /** No more. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#next = undefined;
  }

  #schedule(reason: SweepReason, inMs: number): void {
    const atMs = this.#clock.now() + inMs;
    if (this.#next !== undefined && this.#next.atMs <= atMs) return;
    this.#cancel?.();
    this.#next = { atMs, reason };
    this.#cancel = this.#clock.setTimer(() => this.#run(reason), inMs);
  }

  #run(reason: SweepReason): void {
    this.#earn();
    this.#tokens = Math.max(0, this.#tokens - 1);
    this.stop();
    this.#schedule('safety', SAFETY_MS);
    this.#begin(reason);
  }

  #earn(): void {
    const now = this.#clock.now();
    const earned = Math.max(0, now - this.#countedAtMs) / EARNED_IN_MS;
    this.#tokens = Math.min(BURST, this.#tokens + earned);
    this.#countedAtMs = now;
  }
}
