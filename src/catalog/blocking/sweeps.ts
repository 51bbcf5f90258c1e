import type { CancelTimer, Clock } from '../../core/time.ts';

/** Sweeps that may follow each other at once. */
const BURST = 3;
/** A further one is earned in this time, so that sweeps never cost more than the rounds do in whose place they are. */
const EARNED_IN_MS = 5000;
/** What is most likely known in full already is looked for within this time. */
const UNHURRIED_MS = 15_000;
/** Between two safety sweeps: whatever nobody heard of is seen after this. */
export const SAFETY_MS = 600_000;
/** Programs all over a fleet hear of the same change: so much is taken at random off the time of what is in no hurry, that they do not all come at once. */
const UNHURRIED_JITTER = 1 / 3;
const SAFETY_JITTER = 0.1;

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
  readonly #random: () => number;
  readonly #begin: (reason: SweepReason) => void;
  #cancel: CancelTimer | undefined;
  #next: { readonly atMs: number; readonly reason: SweepReason } | undefined;
  #tokens = BURST;
  #countedAtMs: number;

  /** `begin` visits all; `random` gives [0, 1). */
  constructor(clock: Clock, random: () => number, begin: (reason: SweepReason) => void) {
    this.#clock = clock;
    this.#random = random;
    this.#begin = begin;
    this.#countedAtMs = clock.now();
  }

  /** Begins to count: the first safety sweep comes after its time. */
  start(): void {
    this.#scheduleSafety();
  }

  /** Asks for one. */
  ask(reason: Exclude<SweepReason, 'safety'>): void {
    this.#earn();
    const earnedInMs = this.#tokens >= 1 ? 0 : Math.ceil((1 - this.#tokens) * EARNED_IN_MS);
    const unhurriedMs = UNHURRIED_MS * (1 - UNHURRIED_JITTER * this.#random());
    this.#schedule(reason, reason === 'change' ? earnedInMs : unhurriedMs);
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
    this.#scheduleSafety();
    this.#begin(reason);
  }

  #scheduleSafety(): void {
    this.#schedule('safety', SAFETY_MS * (1 - SAFETY_JITTER * this.#random()));
  }

  #earn(): void {
    const now = this.#clock.now();
    const earned = Math.max(0, now - this.#countedAtMs) / EARNED_IN_MS;
    this.#tokens = Math.min(BURST, this.#tokens + earned);
    this.#countedAtMs = now;
  }
}
