/** What to ask next: index 0 asks without waiting. */
export interface Position {
  readonly index: number;
  readonly waitMs: number;
}

/**
 * What an answer's index says.
 *
 * - `read`: we asked without waiting.
 * - `woken`: the index grew.
 * - `quiet`: the wait ran out and the index is the same.
 * - `early`: the index is the same, long before the wait ran out.
 * - `rolledBack`: the index is lower than ours, so it counts something else now.
 */
export type Progress = 'read' | 'woken' | 'quiet' | 'early' | 'rolledBack';

/** First wait after something that may have turned the index back. */
const FIRST_WAIT_MS = 1000;

/**
 * Keeps the index of one blocking query by Consul's rules (https://developer.hashicorp.com/consul/api-docs/features/blocking):
 * never below 1, and back to 0 where it is lower than before.
 *
 * An index above the catalog's own blocks for the whole wait whatever happens, and a catalog can fall below it without
 * telling: when it is wiped, or restored from a snapshot. So after each sign of that (a lost connection, an answer before its
 * time, a lower index) one read without waiting gives the truth, and the waits begin short and double, so that a fall during
 * that read is found within seconds too.
 */
export class Cursor {
  #index = 0;
  #rampMs = Number.POSITIVE_INFINITY;

  /** What to ask next, with no wait longer than `longestMs`. */
  next(longestMs: number): Position {
    if (this.#index === 0) return { index: 0, waitMs: 0 };
    return { index: this.#index, waitMs: Math.min(longestMs, this.#rampMs) };
  }

  /** Takes the index of a good answer (200, or 404 for what may be absent) to what was asked. */
  accept(answered: number, asked: Position, elapsedMs: number): Progress {
    const index = Math.max(1, answered);
    if (asked.index === 0) {
      this.#index = index;
      return 'read';
    }
    if (index > asked.index) {
      this.#index = index;
      return 'woken';
    }
    if (index === asked.index && elapsedMs >= asked.waitMs / 2) {
      this.#rampMs *= 2;
      return 'quiet';
    }
    this.lose();
    return index === asked.index ? 'early' : 'rolledBack';
  }

  /** Forgets the index, since the answers may have come to an end or begin anew. */
  lose(): void {
    this.#index = 0;
    this.#rampMs = FIRST_WAIT_MS;
  }
}
