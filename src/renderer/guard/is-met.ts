import type { Query } from '../../catalog/query.ts';
import type { MadeOf } from '../ledger.ts';
import { listingOf } from './listing.ts';
import { isNamed } from './names.ts';

/** Whether anything that a text is made of goes by a name of a guard: a query, or what is in a list. */
export function isMet(name: string, used: ReadonlyMap<string, Query>, madeOf: MadeOf): boolean {
  for (const [id, query] of used) {
    const listing = listingOf(query);
    if (listing === undefined) continue;
    if (isNamed(query, name)) return true;
    const value = madeOf.get(id);
    if (value === undefined) continue;
    const items = listing.items(value);
    if (items.some((item) => listing.names(query, item).includes(name))) return true;
  }
  return false;
}
