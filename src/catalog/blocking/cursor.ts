/** What to ask next: index 0 asks without waiting. */
export interface Position {
  readonly index: number;
  readonly waitMs: number;
}

/** Asks for what is there, without waiting. */
export const NOW: Position = { index: 0, waitMs: 0 };

/**
 * What an answer's index says.
 *
 * - `read`: we asked without waiting, and the index is another than ours.
 * - `woken`: the index grew.
 * - `quiet`: the index is the same; where we waited, the wait ran out.
 * - `early`: the index is the same, before the wait ran out.
 * - `rolledBack`: the index is lower than ours, so it counts something else now.
 */
export type Progress = 'read' | 'woken' | 'quiet' | 'early' | 'rolledBack';

/** So much is taken off a wait at random, so that queries that began together do not end together. */
export const WAIT_JITTER = 0.1;
/** First wait of a new watch, and after something that may have turned the index back, where there are few. */
const FIRST_WAIT_MS = 1000;
/** No agent holds a query for longer, whatever it is asked to. */
const LONGEST_WAIT_MS = 600_000;
/** An agent without news lets all of the wait go by; what is missing of that is the difference of two clocks. */
const WHOLE_WAIT = 0.99;
/** Some agent's endpoints give this index whatever they hold, so that it says nothing. */
const NO_INDEX = 1;

/**
 * Keeps the index of one blocking query by Consul's rules (https://developer.hashicorp.com/consul/api-docs/features/blocking):
 * never below 1, and back to 0 where it is lower than before.
 *
 * An index above the catalog's own blocks for the whole wait whatever happens, and a catalog can fall below it without
 * telling: when it is wiped, or restored from a snapshot. So after each sign of that (a lost connection, an answer before its
 * time, a lower index) one read without waiting gives the truth, and the waits begin short and double, so that a fall during
 * that read is found within seconds too.
 *
 * A new watch begins with short waits as well, since the agent counts the connection of a cancelled query until its wait is
 * over: so a watch that is soon given up costs a place for a second, not for a minute; for some seconds where there are thousands, whose
 * short waits would be tens of thousands of questions in the first minute. Changes leave the waits as long as
 * they have become: a watch that lives is no newer for having had news.
 */
export class Cursor {
  readonly #firstWaitMs: () => number;
  #index = 0;
  /** Undefined until the first wait, when it is known how many watches there are. */
  #rampMs: number | undefined;

  /** `firstWaitMs`: how long it waits first. */
  constructor(firstWaitMs: () => number = () => FIRST_WAIT_MS) {
    this.#firstWaitMs = firstWaitMs;
  }

  /** The index at which nothing has changed since the last answer; undefined where no index says so. */
  get known(): number | undefined {
    return this.#index > NO_INDEX ? this.#index : undefined;
  }

  /** Whether nothing was read yet, or what was read may be out of date: then there is no time to lose. */
  get isLost(): boolean {
    return this.#index === 0;
  }

  /** What to ask next, with no wait longer than `longestMs`. */
  next(longestMs: number): Position {
    if (this.#index === 0) return NOW;
    this.#rampMs ??= this.#firstWaitMs();
    return { index: this.#index, waitMs: Math.min(longestMs, LONGEST_WAIT_MS, this.#rampMs) };
  }

  /** Takes the index of a good answer (200, or 404 for what may be absent) to what was asked. */
  accept(answered: number, asked: Position, elapsedMs: number): Progress {
    const index = Math.max(1, answered);
    if (asked.index === 0) {
      if (index === this.known) return 'quiet';
      if (index < this.#index) this.lose();
      this.#index = index;
      return 'read';
    }
    if (index > asked.index) {
      this.#index = index;
      return 'woken';
    }
    if (index === asked.index && elapsedMs >= asked.waitMs * WHOLE_WAIT) {
      const rampMs = this.#rampMs ?? this.#firstWaitMs();
      if (asked.waitMs > rampMs / 2) this.#rampMs = rampMs * 2;
      return 'quiet';
    }
    this.lose();
    return index === asked.index ? 'early' : 'rolledBack';
  }

  /** Forgets the index, since the answers may have come to an end or begin anew. */
  lose(): void {
    this.#index = 0;
    this.#rampMs = undefined;
  }
}
