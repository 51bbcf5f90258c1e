import type { Counted, Members } from './census.ts';
import { goneFrom } from './gone.ts';

/**
 * What goes within this time goes at once. A service that fails loses its instances one after the other: each is a small part of
 * those that were left, and all of them are all.
 */
export const AT_ONCE_MS = 60_000;

interface Removal {
  readonly shown: string;
  readonly atMs: number;
}

/** What left the file lately: it still counts as what was there. */
export class RecentRemovals {
  readonly #byKey = new Map<string, Map<string, Removal>>();

  /** The same, with what went within the last minute among what was there before. */
  withThem(counted: Counted, nowMs: number): Counted {
    const removals = this.#byKey.get(counted.key);
    if (counted.before === undefined || removals === undefined) return counted;
    const before = new Map(counted.before);
    for (const [id, { shown, atMs }] of removals) {
      if (nowMs - atMs < AT_ONCE_MS) before.set(id, shown);
    }
    return { ...counted, before };
  }

  /** The file is made of what is there now. */
  note({ key, before, now }: Counted, nowMs: number): void {
    const removals = this.#byKey.get(key) ?? new Map<string, Removal>();
    for (const [id, { atMs }] of removals) {
      if (now.has(id) || nowMs - atMs >= AT_ONCE_MS) removals.delete(id);
    }
    const gone: Members = before === undefined ? new Map() : goneFrom(before, now);
    for (const [id, shown] of gone) removals.set(id, { shown, atMs: nowMs });
    if (removals.size === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, removals);
  }

  /** What went is not missed any more. */
  forget(): void {
    this.#byKey.clear();
  }
}
