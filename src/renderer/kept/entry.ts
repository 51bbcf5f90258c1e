import type { MadeOf } from '../ledger.ts';

/** A file whose answers may be secret for all that is known is left as it is for so long, then written without them. */
const UNDECIDED_MS = 30_000;

/** What is known of one destination. */
export interface Entry {
  madeOf: MadeOf;
  /** Queries whose answers are not kept, since they hold a secret. */
  secret: ReadonlySet<string>;
  /** When all of it was last known to be true. */
  atMs: number;
  /** Stands for what the record holds; absent: there is none, for all that is known. */
  written?: string;
  /** Since when it has something to write, by the clock that does not jump. */
  changedAtMs?: number;
}

/** What is known of each destination. */
export type Entries = Map<string, Entry>;

/** Whether it is known of all that it was made of whether it is a secret; or it was waited for that long enough. */
export function isReady(
  { madeOf, changedAtMs }: Entry,
  undecided: ReadonlySet<string>,
  nowMs: number,
): boolean {
  return nowMs - (changedAtMs ?? nowMs) >= UNDECIDED_MS || !isUndecided(madeOf, undecided);
}

/** Whether something that it was made of may be a secret, for all that is known. */
export function isUndecided(madeOf: MadeOf, undecided: ReadonlySet<string>): boolean {
  for (const id of madeOf.keys()) if (undecided.has(id)) return true;
  return false;
}
