import { queryId } from '../catalog/query.ts';
import { describeError } from '../core/errors.ts';
import { formatDuration } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import type { Missing } from '../template/engine.ts';
import type { Watcher } from '../watch/watcher.ts';

/** Silent for this long: most data is on its way. */
const FIRST_WARNING_MS = 5000;
const LONGEST_PAUSE_MS = 300_000;
/** While an agent is away every file may wait: whoever reads the log needs to know, and not a thousand times. */
const MOST_LINES = 10;

/** A target that cannot be rendered yet, and what it waits for. */
export interface Waiting {
  readonly label: string;
  readonly template: string;
  readonly missing: readonly Missing[];
  /** Whether it was rendered before: then the last file stays in place. */
  readonly hadText: boolean;
}

/** Why a query has no answer, where the catalog is in trouble. */
export type TroubleOf = (id: string) => Error | undefined;

/** One sentence for one missing thing: which, where it is used, and why it is not there. */
export function describeMissing(waiting: Waiting, missing: Missing, troubleOf: TroubleOf): string {
  const id = queryId(missing.query);
  const position = missing.position;
  const place = position
    ? `${position.template}:${position.line}:${position.column}`
    : waiting.template;
  const trouble = troubleOf(id);
  const why =
    missing.why === 'absent'
      ? 'it does not exist'
      : trouble === undefined
        ? 'it has not been answered yet'
        : describeError(trouble);
  return `${waiting.label} waits for ${id}, used at ${place}: ${why}`;
}

/** Warns about targets that wait: after five seconds, then ever more seldom, until nothing is waited for. */
export class WaitingReport {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #list: () => readonly Waiting[];
  readonly #troubleOf: TroubleOf;
  #cancel: CancelTimer | undefined;
  #pauseMs = FIRST_WARNING_MS;
  #sinceMs = 0;

  /** `list` gives what waits at the moment. */
  constructor(clock: Clock, logger: Logger, list: () => readonly Waiting[], troubleOf: TroubleOf) {
    this.#clock = clock;
    this.#logger = logger;
    this.#list = list;
    this.#troubleOf = troubleOf;
  }

  /** Looks whether anything waits, and sets or ends the timer accordingly. */
  update(): void {
    if (this.#list().length === 0) {
      this.stop();
    } else if (this.#cancel === undefined) {
      this.#sinceMs = this.#clock.now();
      this.#arm();
    }
  }

  /** Ends the timer. */
  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#pauseMs = FIRST_WARNING_MS;
  }

  #arm(): void {
    this.#cancel = this.#clock.setTimer(() => {
      this.#warn();
      this.#pauseMs = Math.min(LONGEST_PAUSE_MS, this.#pauseMs * 2);
      this.#arm();
    }, this.#pauseMs);
  }

  #warn(): void {
    const waited = formatDuration(this.#clock.now() - this.#sinceMs);
    const all = this.#list().flatMap((waiting) =>
      waiting.missing.map((missing) => ({ waiting, missing })),
    );
    for (const { waiting, missing } of all.slice(0, MOST_LINES)) {
      const kept = waiting.hadText ? '; the last file stays in place' : '';
      this.#logger.warn(
        `${describeMissing(waiting, missing, this.#troubleOf)} (for ${waited})${kept}`,
        { target: waiting.label, query: queryId(missing.query) },
      );
    }
    const more = all.length - MOST_LINES;
    if (more > 0) {
      this.#logger.warn(`${more} more are waited for (for ${waited}); USR1 logs all of them`, {
        waitedFor: all.length,
      });
    }
  }
}

/** Finds why the answer to a query, by its id, cannot be had anew; undefined where it can. */
export function troubleIn(watcher: Watcher | undefined): (id: string) => Error | undefined {
  return (id) => {
    const answer = watcher?.answer(id);
    return answer === undefined || answer.state === 'fresh' ? undefined : answer.reason;
  };
}
