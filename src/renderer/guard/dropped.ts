import type { Query } from '../../catalog/query.ts';
import type { MadeOf } from '../ledger.ts';
import type { Members } from './census.ts';
import { goneFrom } from './gone.ts';
import { membersOf } from './listing.ts';

const NOBODY: Members = new Map();

type Queries = ReadonlyMap<string, Query>;

/** What a text is made of, and what was there before it. */
interface Change {
  /** What the last file was made of that this template gave; undefined where it gave none so far. */
  readonly lastUsed: Queries | undefined;
  readonly used: Queries;
  readonly before: MadeOf | undefined;
  readonly now: MadeOf;
}

/**
 * The queries that the last file was made of, and this text is not. Where another template may have asked for them (that of another config, or from
 * before a restart), only those that a list has lost: what else is not asked for any more, this template does without.
 */
export function droppedQueries(change: Change): Queries {
  const { lastUsed, used, before } = change;
  const dropped = [...(lastUsed ?? before?.queries ?? [])].filter(([id]) => !used.has(id));
  if (lastUsed !== undefined || dropped.length === 0) return new Map(dropped);
  const lost = lostFromLists(change);
  return new Map(dropped.filter(([, query]) => asksForOne(query, lost)));
}

/** What people call the members that lists have lost. */
function lostFromLists({ used, before, now }: Change): ReadonlySet<string> {
  const lost = new Set<string>();
  for (const [id, query] of used) {
    const last = before?.get(id);
    const present = now.get(id);
    if (last === undefined || present === undefined) continue;
    const gone = goneFrom(membersOf(query, last) ?? NOBODY, membersOf(query, present) ?? NOBODY);
    for (const shown of gone.values()) lost.add(shown);
  }
  return lost;
}

function asksForOne(query: Query, names: ReadonlySet<string>): boolean {
  const parts = ['name', 'dc', 'path', 'prefix'].map((part): unknown => Reflect.get(query, part));
  return parts.some((part) => typeof part === 'string' && names.has(part));
}
