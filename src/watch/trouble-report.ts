import type { CancelTimer, Clock } from '../core/time.ts';
import type { Logger } from '../core/logger.ts';

/** Troubles that begin within this time are one line. A catalog that goes away takes hundreds of queries with it at once. */
const GATHER_MS = 50;
/** No line names more queries than this. */
const NAMED = 3;

interface Group {
  readonly ids: string[];
  unanswered: number;
}

/** Says once that queries are in trouble and once that they are not any more: one line for all that share a reason. */
export class TroubleReport {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #troubled = new Map<string, Group>();
  #recovered: string[] = [];
  #cancel: CancelTimer | undefined;

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock;
    this.#logger = logger;
  }

  /** A query began to be in trouble. `answered`: whether there is a last good answer to keep. */
  began(id: string, reason: string, answered: boolean): void {
    const group = this.#troubled.get(reason) ?? { ids: [], unanswered: 0 };
    this.#troubled.set(reason, group);
    group.ids.push(id);
    if (!answered) group.unanswered += 1;
    this.#arm();
  }

  /** A query is answered again. */
  ended(id: string): void {
    this.#recovered.push(id);
    this.#arm();
  }

  /** Says what has not been said yet, and arms no timer any more. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    for (const [reason, { ids, unanswered }] of this.#troubled) {
      const kept = unanswered === ids.length ? 'no answer yet' : 'the last good answers are kept';
      this.#logger.warn(`${subject(ids)}: ${reason}; ${kept}, and asking goes on`, {
        queries: ids.length,
      });
    }
    this.#troubled.clear();
    if (this.#recovered.length > 0) {
      this.#logger.info(`answered again: ${subject(this.#recovered)}`, {
        queries: this.#recovered.length,
      });
      this.#recovered = [];
    }
  }

  #arm(): void {
    this.#cancel ??= this.#clock.setTimer(() => this.flush(), GATHER_MS);
  }
}

function subject(ids: readonly string[]): string {
  const named = ids.slice(0, NAMED).join(', ');
  return ids.length > NAMED ? `${named} and ${ids.length - NAMED} more` : named;
}
