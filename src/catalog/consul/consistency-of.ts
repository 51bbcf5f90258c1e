import type { RelaxedReads } from '../blocking/reads.ts';
import { queryId, type CatalogQuery } from '../query.ts';
import type { ReadsOf } from './options.ts';

/** Finds who may answer a query: the first of the rules that is about it, or else what holds for all. */
export function readsOf(
  query: CatalogQuery,
  rules: readonly ReadsOf[],
  otherwise: RelaxedReads | undefined,
): RelaxedReads | undefined {
  const rule = rules.find(({ queries }) => isAbout(queries, query));
  return rule === undefined ? otherwise : rule.reads;
}

function isAbout(queries: string, query: CatalogQuery): boolean {
  if (!queries.includes('(')) return queries === query.kind;
  const pattern = queries.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*');
  return new RegExp(`^${pattern}$`, 's').test(queryId(query));
}
