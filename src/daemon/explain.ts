import { createCatalogPolicy } from '../catalog/index.ts';
import { begin } from '../core/actor.ts';
import { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { explainTargets, type ExplainedTarget } from '../renderer/explanation.ts';
import { Watcher } from '../watch/watcher.ts';
import type { Prepared } from './options.ts';

/** What an explanation is made of. */
export type { ExplainedQuery, ExplainedTarget } from '../renderer/explanation.ts';

/** What the templates of some settings ask, and what their token must be allowed. */
export interface Explanation {
  readonly targets: readonly ExplainedTarget[];
  /** The policy that lets a token ask all of it, and no more; undefined where the catalog knows none. */
  readonly policy: string | undefined;
}

/** What an explanation is made with, beside the settings. */
export interface ExplainParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** How long answers are waited for. */
  readonly timeoutMs: number;
}

/** Asks the catalog what the templates ask, until they are complete or the time is up, and says what that was. Writes no file. */
export async function explain(
  { targets, catalog, settings }: Prepared,
  { clock, logger, timeoutMs }: ExplainParts,
  signal: AbortSignal,
): Promise<Explanation> {
  const bus = new Bus(() => undefined);
  const watcher = begin(new Watcher({ catalog, bus, clock, logger }));
  try {
    const parts = { watcher: watcher.actor, clock, timeoutMs };
    const explained = await explainTargets(targets, parts, signal);
    const queries = explained.flatMap((one) => one.queries.map(({ query }) => query));
    return { targets: explained, policy: createCatalogPolicy(settings.catalog, queries) };
  } finally {
    await watcher.stop();
  }
}
