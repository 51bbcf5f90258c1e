import { AutotmplError } from '../../src/core/errors.ts';
import type { HeldLock, LockOptions, Locks } from '../../src/catalog/locks.ts';

interface Candidate {
  readonly options: LockOptions;
  readonly take: () => void;
}

interface Place {
  holder: { readonly value: string; readonly lose: (reason: Error) => void } | undefined;
  readonly waiting: Set<Candidate>;
}

/** Locks that several programs of one test share; a test sends the catalog away and takes locks from their holders. */
export class MemoryLocks {
  readonly #places = new Map<string, Place>();
  #away: string | undefined;

  /** The locks of one more program. */
  client(): Locks & { readonly closed: () => boolean } {
    let closed = false;
    const held = new Set<HeldLock>();
    return {
      acquire: (key, options, signal) => this.#acquire(key, options, signal, held),
      close: async () => {
        for (const lock of held) await lock.release();
        closed = true;
      },
      closed: () => closed,
    };
  }

  /** The keys that are held, and by whom. */
  get holders(): ReadonlyMap<string, string> {
    const entries = [...this.#places].flatMap(([key, { holder }]) =>
      holder === undefined ? [] : [[key, holder.value] as const],
    );
    return new Map(entries);
  }

  /** How many stand for locks. */
  get waiting(): number {
    return [...this.#places.values()].reduce((sum, { waiting }) => sum + waiting.size, 0);
  }

  /** Answers nobody, for this reason, or everybody again. */
  setAway(reason: string | undefined): void {
    this.#away = reason;
    for (const [key, place] of this.#places) {
      for (const { options } of place.waiting) this.#tell(options);
      this.#grantNext(key);
    }
  }

  /** Takes a lock from whoever holds it. */
  lose(key: string, reason: string): void {
    const { holder } = this.#place(key);
    this.#place(key).holder = undefined;
    holder?.lose(new Error(reason));
    this.#grantNext(key);
  }

  #acquire(
    key: string,
    options: LockOptions,
    signal: AbortSignal,
    held: Set<HeldLock>,
  ): Promise<HeldLock> {
    const place = this.#place(key);
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        place.waiting.delete(candidate);
        reject(signal.reason as Error);
      };
      const candidate: Candidate = {
        options,
        take: () => {
          signal.removeEventListener('abort', stop);
          place.waiting.delete(candidate);
          const lost = new AbortController();
          const holder = { value: options.value, lose: (reason: Error) => lost.abort(reason) };
          place.holder = holder;
          const lock: HeldLock = {
            ...{ key, fence: 1, lost: lost.signal },
            announce: () => Promise.resolve(),
            write: () => Promise.resolve(),
            release: async () => {
              held.delete(lock);
              if (place.holder !== holder) return;
              place.holder = undefined;
              this.#grantNext(key);
            },
          };
          held.add(lock);
          resolve(lock);
        },
      };
      signal.addEventListener('abort', stop, { once: true });
      place.waiting.add(candidate);
      this.#tell(options);
      this.#grantNext(key);
    });
  }

  #tell(options: LockOptions): void {
    options.onHeard?.(
      this.#away === undefined ? undefined : new AutotmplError('catalog', this.#away),
    );
  }

  #grantNext(key: string): void {
    const { holder, waiting } = this.#place(key);
    const [next] = waiting;
    if (this.#away === undefined && holder === undefined) next?.take();
  }

  #place(key: string): Place {
    const place = this.#places.get(key) ?? { holder: undefined, waiting: new Set() };
    this.#places.set(key, place);
    return place;
  }
}
