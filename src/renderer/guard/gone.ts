import type { Members } from './census.ts';

/** Those that were there and are not any more. */
export function goneFrom(before: Members, now: Members): Members {
  return new Map([...before].filter(([id]) => !now.has(id)));
}
