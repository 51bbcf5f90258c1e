import { AutotmplError } from '../core/errors.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import type { Logger } from '../core/logger.ts';

/**
 * A catalog that goes away takes hundreds of queries with it, one after the other: they are one line when no more came for the
 * first time, at the latest after the second. Those that are answered again are told of after the second where others are still to come.
 */
const GATHER = { minMs: 150, maxMs: 1000 };
/** No line names more queries, or more to do about them, than this. */
const NAMED = 3;

interface Group {
  readonly ids: string[];
  /** What there is to do, which may be something else for each query. */
  readonly advice: Set<string>;
  unanswered: number;
}

/** Says once that queries are in trouble and once that they are not any more: one line for all that share a reason. */
export class TroubleReport {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #troubled = new Map<string, Group>();
  /** All that are in trouble, whether that was said or not. */
  readonly #pending = new Set<string>();
  #recovered: string[] = [];
  #cancel: CancelTimer | undefined;
  #gatheringSinceMs = 0;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** A query began to be in trouble. `answered`: whether there is a last good answer to keep. */
  began(id: string, reason: Error, answered: boolean): void {
    this.#pending.add(id);
    const words = reason.message;
    const group = this.#troubled.get(words) ?? { ids: [], advice: new Set(), unanswered: 0 };
    this.#troubled.set(words, group);
    group.ids.push(id);
    if (reason instanceof AutotmplError && reason.advice !== undefined) {
      group.advice.add(reason.advice);
    }
    if (!answered) group.unanswered += 1;
    this.#arm(GATHER.minMs);
  }

  /** A query is answered again. */
  ended(id: string): void {
    this.#pending.delete(id);
    this.#recovered.push(id);
    this.#arm(this.#pending.size > 0 ? GATHER.maxMs : GATHER.minMs);
  }

  /** Nobody asks for a query any more. */
  forget(id: string): void {
    this.#pending.delete(id);
  }

  /** Says what has not been said yet, and arms no timer any more. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const [reason, { ids, advice, unanswered }] of this.#troubled) {
      const kept = unanswered === ids.length ? 'no answer yet' : 'the last good answers are kept';
      const aside = advice.size === 0 ? '' : ` (${listed([...advice], '; ')})`;
      this.#logger.warn(`${listed(ids)}: ${reason}${aside}; ${kept}, and asking goes on`, {
        queries: ids.length,
      });
    }
    this.#troubled.clear();
    if (this.#recovered.length > 0) {
      this.#logger.info(`answered again: ${listed(this.#recovered)}`, {
        queries: this.#recovered.length,
      });
      this.#recovered = [];
    }
  }

  #arm(delayMs: number): void {
    const now = this.#clock.now();
    if (this.#cancel === undefined) this.#gatheringSinceMs = now;
    this.#cancel?.();
    const latestMs = this.#gatheringSinceMs + GATHER.maxMs - now;
    this.#cancel = this.#clock.setTimer(
      () => this.flush(),
      Math.max(0, Math.min(delayMs, latestMs)),
    );
  }
}

function listed(words: readonly string[], comma = ', '): string {
  const named = words.slice(0, NAMED).join(comma);
  return words.length > NAMED ? `${named} and ${words.length - NAMED} more` : named;
}
