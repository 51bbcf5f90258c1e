import { queryId, type Query } from '../../catalog/query.ts';
import type { MadeOf } from '../ledger.ts';
import { isInstanceQuery, listingOf, membersOf, type Noun } from './listing.ts';
import { ALL_OTHERS, isBelow, isNamed } from './names.ts';

/** Members: what people call each, by what tells it from the others. */
export type Members = ReadonlyMap<string, string>;

/** All that goes by one name of a guard: what the last file was made of, and what the next one would be. */
export interface Counted {
  /** Stable, and different for all that is counted apart. */
  readonly key: string;
  /** For people: `sales`, `config/`. */
  readonly name: string;
  readonly noun: Noun;
  /** Undefined where nobody knows what the last file was made of. */
  readonly before: Members | undefined;
  readonly now: Members;
}

/** What is judged. */
export interface Evidence {
  /** The queries that the text was made of, by their ids. */
  readonly used: ReadonlyMap<string, Query>;
  /** Those that the last file was made of, and this text is not: what a list no longer has, a template no longer asks for. */
  readonly dropped: ReadonlyMap<string, Query>;
  /** What the last file was made of; undefined where nobody knows. */
  readonly before: MadeOf | undefined;
  readonly now: MadeOf;
}

/** How a guard counts. */
export interface Counting {
  /** The names of the guard; `*` is whatever no other name of it stands for. */
  readonly names: Iterable<string>;
  /** Whether `*` stands for this query, too; absent: for all. */
  readonly isOther?: (query: Query) => boolean;
}

interface Count {
  readonly key: string;
  readonly name: string;
  readonly rule: string;
  readonly noun: Noun;
  readonly before: Map<string, string>;
  readonly now: Map<string, string>;
  isKnown: boolean;
}

/**
 * Counts what goes by the names of a guard. Queries of one name are counted together, each member once, however many of them list it;
 * but those that ask for healthy instances only apart from the others, in which all that is ill would still be there.
 */
export function census(
  { used, dropped, before, now }: Evidence,
  { names, isOther = () => true }: Counting,
): readonly (Counted & { readonly rule: string })[] {
  const known = new Set(names);
  const named = [...known].filter((name) => name !== ALL_OTHERS);
  const counts = new Map<string, Count>();
  for (const [id, query] of [...used, ...dropped]) {
    const listing = listingOf(query);
    if (listing === undefined) continue;
    const rules = named.filter((name) => isNamed(query, name));
    if (rules.length === 0 && known.has(ALL_OTHERS) && isOther(query)) rules.push(ALL_OTHERS);
    for (const rule of rules) {
      const { key, name } = heading(query, rule);
      const fresh = { key, name, rule, noun: listing.noun, isKnown: false };
      const count = counts.get(key) ?? { ...fresh, before: new Map(), now: new Map() };
      counts.set(key, count);
      const last = before?.get(id);
      if (last !== undefined) {
        count.isKnown = true;
        take(count.before, membersOf(query, last), query, rule);
      }
      const present = used.has(id) ? now.get(id) : undefined;
      if (present !== undefined) take(count.now, membersOf(query, present), query, rule);
    }
  }
  return [...counts.values()].map(({ isKnown, ...count }) => ({
    ...count,
    before: isKnown ? count.before : undefined,
  }));
}

function take(
  into: Map<string, string>,
  members: Members | undefined,
  query: Query,
  rule: string,
): void {
  for (const [id, shown] of members ?? []) {
    if (query.kind === 'tree' && rule !== ALL_OTHERS && !isBelow(shown, rule)) continue;
    into.set(id, shown);
  }
}

function heading(query: Query, rule: string): { readonly key: string; readonly name: string } {
  if (isInstanceQuery(query)) {
    const name = rule === ALL_OTHERS ? query.name : rule;
    const ofAnyHealth = query.kind !== 'nomadService' && !query.passingOnly;
    const kind =
      query.kind === 'service' ? '' : query.kind === 'connect' ? ' in the mesh' : ' of Nomad';
    const health = ofAnyHealth ? ' with any health' : '';
    return { key: `${query.kind} ${name}${health}`, name: `${name}${kind}${health}` };
  }
  if (rule !== ALL_OTHERS) return { key: `key ${rule}`, name: rule };
  const id = queryId(query);
  return { key: id, name: id };
}
