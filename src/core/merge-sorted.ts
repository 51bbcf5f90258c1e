import type { Slices } from './slices.ts';

/** How many are compared between two looks at the time. */
const AT_ONCE = 256;

/**
 * One sorted list of lists that are sorted each, in slices. Where two are equal, that of the earlier list comes first. Lists that follow each other, as
 * they do where all was sorted before, take one comparison.
 */
export async function mergeSorted<T>(
  lists: readonly (readonly T[])[],
  order: (first: T, second: T) => number,
  slices: Slices,
): Promise<readonly T[]> {
  let rest = lists.filter(({ length }) => length > 0);
  while (rest.length > 1) {
    const merged: (readonly T[])[] = [];
    for (let at = 0; at < rest.length; at += 2) {
      const [first, second] = [rest[at] ?? [], rest[at + 1]];
      merged.push(second === undefined ? first : await merge(first, second, order, slices));
    }
    rest = merged;
  }
  return rest[0] ?? [];
}

async function merge<T>(
  first: readonly T[],
  second: readonly T[],
  order: (first: T, second: T) => number,
  slices: Slices,
): Promise<readonly T[]> {
  const isBefore = (at: number, other: number): boolean =>
    order(first[at] as T, second[other] as T) <= 0;
  if (isBefore(first.length - 1, 0)) return first.concat(second);
  const merged: T[] = [];
  let [at, other] = [0, 0];
  while (at < first.length && other < second.length) {
    merged.push((isBefore(at, other) ? first[at++] : second[other++]) as T);
    if (merged.length % AT_ONCE === 0 && slices.isOver) await slices.turn();
  }
  return merged.concat(first.slice(at), second.slice(other));
}
