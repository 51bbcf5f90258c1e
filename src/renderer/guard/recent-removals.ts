import type { Counted } from './census.ts';
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

/** What is remembered of what goes by one name. */
interface Recent {
  readonly gone: Map<string, Removal>;
  /** When members came that were not there before. */
  readonly come: Map<string, number>;
}

/**
 * What left the file lately: it still counts as what was there. Not so what came lately, too: one that comes and goes takes nothing
 * from those that were there all the time.
 */
export class RecentRemovals {
  readonly #byKey = new Map<string, Recent>();

  /** The same, with what went within the last minute among what was there before. */
  withThem(counted: Counted, nowMs: number): Counted {
    const recent = this.#byKey.get(counted.key);
    if (counted.before === undefined || recent === undefined) return counted;
    const before = new Map(counted.before);
    for (const [id, { shown, atMs }] of recent.gone) {
      if (isRecent(atMs, nowMs)) before.set(id, shown);
    }
    return { ...counted, before };
  }

  /** The file is made of what is there now. */
  note({ key, before, now }: Counted, nowMs: number): void {
    if (before === undefined) return;
    const recent: Recent = this.#byKey.get(key) ?? { gone: new Map(), come: new Map() };
    const { gone, come } = recent;
    for (const [id, { atMs }] of gone) if (!isRecent(atMs, nowMs)) gone.delete(id);
    for (const [id, atMs] of come) if (!isRecent(atMs, nowMs)) come.delete(id);
    for (const id of goneFrom(now, before).keys()) {
      // Who is back was there before.
      if (!gone.delete(id)) come.set(id, nowMs);
    }
    for (const [id, shown] of goneFrom(before, now)) {
      if (!come.delete(id)) gone.set(id, { shown, atMs: nowMs });
    }
    if (gone.size + come.size === 0) this.#byKey.delete(key);
    else this.#byKey.set(key, recent);
  }

  /** What went is not missed any more. */
  forget(): void {
    this.#byKey.clear();
  }
}

function isRecent(atMs: number, nowMs: number): boolean {
  return nowMs - atMs < AT_ONCE_MS;
}
