import type { Seen } from '../../blocking/request-plan.ts';
import type { Answer } from '../../catalog.ts';
import type { KeyPair, Value } from '../../values.ts';

/** Who serves a key beside itself: the watch of a prefix. */
export interface Home {
  /** Called when a member goes elsewhere. */
  leave(member: Member): void;
  /** Called when a member waits for something new. */
  wanted(): void;
}

/** Follows the key by itself, from what is known on; `heard` is told the index of each good answer. */
export type FollowAlone = (
  from: { readonly known: Value | undefined; readonly seen: Seen | undefined },
  heard: (index: number) => void,
  signal: AbortSignal,
) => AsyncIterable<Answer>;

/** What a member is made of. */
export interface MemberParts {
  readonly path: string;
  readonly follow: FollowAlone;
  /** A value that was good at another time. */
  readonly known: Value | undefined;
  /** Called when the key by itself has been answered, and that was told. */
  readonly onAlone: (member: Member, answer: Answer) => void;
}

/**
 * One watch of one key, whoever answers it: itself by a query of its own, or the watch of a prefix. It keeps the last good value, tells what
 * is new to whoever iterates, and knows at which index that was true, so that nothing older follows it.
 */
export class Member {
  readonly path: string;
  /** The watch of a prefix that lists it: it is served by that, unless it {@link isAlone}. */
  home: Home | undefined;
  /** The watch of a prefix that will list it once it has an answer. */
  next: Home | undefined;
  readonly #parts: MemberParts;
  #value: Value | undefined;
  #seenIndex = 0;
  #told: Answer | undefined;
  /** What was told and not taken yet. */
  #news: Answer | undefined;
  #failure: { readonly error: unknown } | undefined;
  #wake: (() => void) | undefined;
  #onWanted: (() => void) | undefined;
  #own: AbortController | undefined;

  constructor(parts: MemberParts) {
    this.#parts = parts;
    this.path = parts.path;
    this.#value = parts.known;
  }

  /** The last good value. */
  get value(): Value | undefined {
    return this.#value;
  }

  /** At which index of the store the value was true; 0 where nobody knows. */
  get seenIndex(): number {
    return this.#seenIndex;
  }

  /** Whether it follows its key by a query of its own. */
  get isAlone(): boolean {
    return this.#own !== undefined;
  }

  /** Whether anybody looks after it: itself, or the watch of a prefix that has an answer. */
  get isServed(): boolean {
    return this.isAlone || this.home !== undefined;
  }

  /** Whether it was told that there is no such key. */
  get isAbsent(): boolean {
    return this.#told?.state === 'fresh' && this.#told.value === null;
  }

  /** Whether whoever iterates waits for something new. */
  get isWanted(): boolean {
    return this.#wake !== undefined;
  }

  /** Whether a pair is no older than what it has. */
  accepts(pair: KeyPair): boolean {
    return pair.ModifyIndex >= this.#seenIndex;
  }

  /** Tells a good value, if it is another than before or the last answer was none. Returns whether the value is another. */
  tellFresh(value: Value, index: number): boolean {
    const isNew = this.#value !== value;
    this.#value = value;
    this.#seenIndex = index;
    if (isNew || this.#told?.state !== 'fresh') this.#tell({ state: 'fresh', value });
    return isNew;
  }

  /** Tells that there is no good value now, and why. */
  tellTrouble(state: 'held' | 'suspect', reason: Error): void {
    this.#tell({ state, value: this.#value, reason });
  }

  /** Ends the iteration with an error. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#rouse();
  }

  /** Begins to follow the key by a query of its own. `isShaken`: the server was in trouble since it had its value. */
  goAlone(isShaken = false): void {
    if (this.#own !== undefined) return;
    const controller = new AbortController();
    this.#own = controller;
    void this.#follow(controller, isShaken);
  }

  /** Ends that query. */
  stopAlone(): void {
    this.#own?.abort();
    this.#own = undefined;
    this.#onWanted?.();
  }

  /** What is told, until the signal aborts; throws what {@link fail} was given. Only the last of what is told meanwhile is given. */
  async *answers(signal: AbortSignal): AsyncGenerator<Answer> {
    const rouse = (): void => this.#rouse();
    signal.addEventListener('abort', rouse);
    try {
      while (!signal.aborted) {
        const news = this.#news;
        this.#news = undefined;
        if (news !== undefined) {
          yield news;
        } else if (this.#failure !== undefined) {
          throw this.#failure.error;
        } else {
          await this.#wait();
        }
      }
    } finally {
      signal.removeEventListener('abort', rouse);
    }
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      this.#onWanted?.();
      this.home?.wanted();
      this.next?.wanted();
    });
  }

  #rouse(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #tell(answer: Answer): void {
    this.#told = answer;
    this.#news = answer;
    this.#rouse();
  }

  async #follow(controller: AbortController, isShaken: boolean): Promise<void> {
    const { signal } = controller;
    let heardIndex = 0;
    try {
      const index = this.#seenIndex;
      const from = { known: this.#value, seen: index > 0 ? { index, isShaken } : undefined };
      const heard = (at: number): void => void (heardIndex = at);
      for await (const answer of this.#parts.follow(from, heard, signal)) {
        if (signal.aborted) return;
        if (answer.state === 'fresh') this.#takeOwn(answer.value, heardIndex);
        else this.tellTrouble(answer.state, answer.reason);
        this.#parts.onAlone(this, answer);
        await this.#untilWanted(signal);
      }
    } catch (error) {
      if (!signal.aborted) this.fail(error);
    }
  }

  #takeOwn(value: Value, index: number): void {
    const isSame = value !== null && isSamePair(value as KeyPair, this.#value);
    this.tellFresh(
      isSame ? (this.#value as Value) : value,
      value === null ? index : (value as KeyPair).ModifyIndex,
    );
  }

  /** Whoever rests for a while lets the server rest too. */
  async #untilWanted(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.isWanted) {
      await new Promise<void>((resolve) => (this.#onWanted = resolve));
    }
  }
}

/** Whether two say the same of one key. */
export function isSamePair(pair: KeyPair, other: unknown): boolean {
  const before = other as KeyPair | null | undefined;
  return (
    before?.ModifyIndex === pair.ModifyIndex &&
    before.Value === pair.Value &&
    before.CreateIndex === pair.CreateIndex &&
    before.Session === pair.Session &&
    before.LockIndex === pair.LockIndex &&
    before.Flags === pair.Flags
  );
}
