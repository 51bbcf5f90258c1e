import { ROUNDS_A_MINUTE } from '../../blocking/places.ts';

/**
 * What a watch of a prefix may cost: no more than its keys would cost by themselves. Each of them would be a question a visit, and a
 * visit is due every five seconds where there are more watches than connections to wait on (`blocking/places.ts`).
 */

/** What a question about one key costs beside its value: heads of the request and of the answer, and the work of both sides. */
const BYTES_A_QUESTION = 1024;
/** Before anything below a prefix was read, so much a key is worth a look. */
const BYTES_A_KEY_AT_MOST = 4096;
const LEAST_LOOK_BYTES = 64 * 1024;
/** Whatever is longer is divided. */
const MOST_LOOK_BYTES = 4 * 1024 * 1024;
const MINUTE_MS = 60_000;
/** What did not pay is not tried again for so long, */
export const BARRED_MS = 600_000;
/** unless there are so many times more keys meanwhile. */
const MORE_KEYS = 2;

/** How long the answer about all below a prefix may be for so many keys of interest: what is longer holds too much that nobody asked for, or large values. */
export function mostBytesFor(keys: number): number {
  return Math.min(MOST_LOOK_BYTES, Math.max(LEAST_LOOK_BYTES, keys * BYTES_A_KEY_AT_MOST));
}

/** Adds up what one watch of a prefix costs beyond what its news would have cost by themselves. */
export class Spending {
  #sinceMs: number;
  #bytes = 0;

  constructor(nowMs: number) {
    this.#sinceMs = nowMs;
  }

  /**
   * Notes an answer of so many bytes with news of so many keys. True: within a minute more was spent than so many keys would have
   * cost by themselves in one.
   */
  note(answer: { readonly bytes: number; readonly news: number }, keys: number, nowMs: number) {
    if (nowMs - this.#sinceMs >= MINUTE_MS) {
      this.#sinceMs = nowMs;
      this.#bytes = 0;
    }
    this.#bytes += Math.max(0, answer.bytes - answer.news * BYTES_A_QUESTION);
    return this.#bytes > keys * ROUNDS_A_MINUTE * BYTES_A_QUESTION;
  }
}

interface Bar {
  readonly untilMs: number;
  readonly keys: number;
}

/** Remembers which prefixes did not pay. */
export class Bars {
  readonly #bars = new Map<string, Bar>();

  /** Notes that the watch of a prefix did not pay for so many keys. */
  put(prefix: string, keys: number, nowMs: number): void {
    this.#bars.set(prefix, { untilMs: nowMs + BARRED_MS, keys });
  }

  /** Whether that is so still. */
  has(prefix: string, keys: number, nowMs: number): boolean {
    const bar = this.#bars.get(prefix);
    if (bar === undefined) return false;
    if (nowMs < bar.untilMs && keys < bar.keys * MORE_KEYS) return true;
    this.#bars.delete(prefix);
    return false;
  }

  get isEmpty(): boolean {
    return this.#bars.size === 0;
  }

  /** Forgets those that are over; returns whether there was one. */
  expire(nowMs: number): boolean {
    let any = false;
    for (const [prefix, { untilMs }] of this.#bars) {
      if (nowMs >= untilMs) any = this.#bars.delete(prefix) || any;
    }
    return any;
  }
}
