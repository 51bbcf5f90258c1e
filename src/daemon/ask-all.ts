import { begin } from '../core/actor.ts';
import { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { explainTargets, type ExplainedTarget } from '../renderer/explanation.ts';
import { Watcher } from '../watch/watcher.ts';
import type { Prepared } from './options.ts';

/** What templates are asked with, beside the settings. */
export interface AskParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long answers are waited for. */
  readonly timeoutMs: number;
}

/** Asks the catalog what the templates ask, until they are complete or the time is up, and lets go of it. Writes no file. */
export async function askAll(
  { targets, catalog }: Prepared,
  { clock, logger, timeoutMs }: AskParts,
  signal: AbortSignal,
): Promise<readonly ExplainedTarget[]> {
  const bus = new Bus(() => undefined);
  const watcher = begin(new Watcher({ catalog, bus, clock, logger }));
  try {
    return await explainTargets(targets, { watcher: watcher.actor, clock, timeoutMs }, signal);
  } finally {
    await watcher.stop();
  }
}
