import { basename } from 'node:path';
import type { Target } from './target.ts';

/** Finds what keeps the file true that somebody names: by its label or its path, or by the file's name where no other file has that too. */
export function findByName<Item extends { readonly target: Target }>(
  items: readonly Item[],
  name: string,
): Item | undefined {
  const exact = items.find(
    ({ target: { label, destination } }) => label === name || destination === name,
  );
  if (exact !== undefined) return exact;
  const [first, ...others] = items.filter(
    ({ target: { destination } }) => destination !== undefined && basename(destination) === name,
  );
  return others.length === 0 ? first : undefined;
}
