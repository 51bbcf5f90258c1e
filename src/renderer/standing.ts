import { queryId } from '../catalog/query.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Watcher } from '../watch/watcher.ts';
import type { Drift } from './drift/drift.ts';
import type { Reloads } from './reloads.ts';
import type { Renderer } from './renderer.ts';
import { describeMissing, troubleIn } from './waiting-report.ts';

/** How a run stands, or stood at its end. */
export interface Standing {
  readonly failures: readonly Error[];
  /** Sentences about commands that failed and are not tried again. */
  readonly commandFailures: readonly string[];
  /** Commands that are running or queued, as people wrote them. */
  readonly commandsUnderWay: readonly string[];
  /** Sentences about what is missing, each with the place where it is used. */
  readonly waiting: readonly string[];
  /** Whether something is missing because the catalog does not answer. */
  readonly catalogTroubled: boolean;
  /** How many targets changed, or would have changed. */
  readonly changed: number;
}

/** The parts that are asked how they stand; what is absent has not begun. */
export interface StandingParts {
  readonly renderer?: Renderer | undefined;
  readonly watcher?: Watcher | undefined;
  readonly reloads: Reloads;
  readonly drift?: Drift | undefined;
  /** Files that are made of kept answers, by the labels of their targets: of when the oldest is, in milliseconds since the epoch. */
  readonly degraded?: ReadonlyMap<string, number>;
}

/** How things stand: what failed, what is waited for, what changed. */
export function standingOf({ renderer, watcher, reloads }: StandingParts): Standing {
  const troubleOf = troubleIn(watcher);
  const waiting = renderer?.waiting() ?? [];
  return {
    failures: renderer?.failures() ?? [],
    commandFailures: reloads.failures,
    commandsUnderWay: reloads.underWay,
    waiting: waiting.flatMap((one) =>
      one.missing.map((missing) => describeMissing(one, missing, troubleOf)),
    ),
    catalogTroubled: waiting.some(({ missing }) =>
      missing.some(({ query }) => troubleOf(queryId(query)) !== undefined),
    ),
    changed: renderer?.changed ?? 0,
  };
}

/** Logs how things stand, for a person who asks (USR1). */
export function reportStanding(parts: StandingParts, logger: Logger): void {
  const { failures, waiting, commandsUnderWay } = standingOf(parts);
  logger.info('how things stand', {
    files: parts.renderer?.size ?? 0,
    queries: parts.watcher?.size ?? 0,
    failing: failures.length,
    waitedFor: waiting.length,
    commandsUnderWay: commandsUnderWay.length,
    commandsOwed: parts.reloads.owed,
  });
  for (const failure of failures) logger.info(`failing: ${describeError(failure)}`);
  for (const command of commandsUnderWay) logger.info(`running or queued: ${command}`);
  for (const sentence of waiting) logger.info(sentence);
}
