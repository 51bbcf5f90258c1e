import { createCatalogPolicy } from '../catalog/index.ts';
import type { ExplainedTarget } from '../renderer/explanation.ts';
import { askAll, type AskParts } from './ask-all.ts';
import type { Prepared } from './options.ts';

/** What an explanation is made of. */
export type { ExplainedQuery, ExplainedTarget } from '../renderer/explanation.ts';

/** What the templates of some settings ask, and what their token must be allowed. */
export interface Explanation {
  readonly targets: readonly ExplainedTarget[];
  /** The policy that lets a token ask all of it, and no more; undefined where the catalog knows none. */
  readonly policy: string | undefined;
}

/** Asks the catalog what the templates ask, until they are complete or the time is up, and says what that was. Writes no file. */
export async function explain(
  prepared: Prepared,
  parts: AskParts,
  signal: AbortSignal,
): Promise<Explanation> {
  const targets = await askAll(prepared, parts, signal);
  const queries = targets.flatMap((one) => one.queries.map(({ query }) => query));
  return { targets, policy: createCatalogPolicy(prepared.settings.catalog, queries) };
}
