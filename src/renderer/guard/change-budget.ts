import { crc32 } from 'node:zlib';
import type { GuardRules } from '../safety.ts';

/** How often a file may change: so many times within any time of this length. */
export type Allowance = NonNullable<GuardRules['maxChanges']>;

/** Knows when a file was changed lately, and so when it may be again. */
export class ChangeBudget {
  readonly #changedMs: number[] = [];
  #text: number | undefined;

  /** When this text may be put in place; undefined: now. One that is in place already costs nothing. */
  opensMs(text: string, { count, withinMs }: Allowance, nowMs: number): number | undefined {
    const spent = this.#changedMs.filter((atMs) => nowMs - atMs < withinMs);
    if (spent.length < count || crc32(text) === this.#text) return undefined;
    const opening = spent.at(-count);
    return opening === undefined ? undefined : opening + withinMs;
  }

  /** The text is in place; `changed`: another one was before. */
  note(text: string, changed: boolean, { count }: Allowance, nowMs: number): void {
    this.#text = crc32(text);
    if (!changed) return;
    this.#changedMs.push(nowMs);
    if (this.#changedMs.length > count) this.#changedMs.splice(0, this.#changedMs.length - count);
  }

  /** All that was spent is given back. */
  refill(): void {
    this.#changedMs.length = 0;
  }
}
