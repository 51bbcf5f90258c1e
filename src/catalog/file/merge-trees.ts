import type { Located } from './yaml-tree.ts';

/** Two parts of documents as one: maps are put together in depth, and of anything else the second wins. */
export function mergeTrees(first: Located, second: Located): Located {
  if (first.kind !== 'map' || second.kind !== 'map') return second;
  const entries = new Map(first.entries.map((entry) => [entry.name, entry]));
  for (const entry of second.entries) {
    const known = entries.get(entry.name);
    const value = known === undefined ? entry.value : mergeTrees(known.value, entry.value);
    entries.set(entry.name, { ...entry, value });
  }
  return { kind: 'map', at: second.at, entries: [...entries.values()] };
}
