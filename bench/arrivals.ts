import { readFileSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Hands over the moment at which an expected value was first seen. One value is expected at a time. */
export class Arrivals {
  #expected: { readonly value: string; readonly seen: (at: number) => void } | undefined;

  /** Notes that a value was seen at a moment (`performance.now()`). */
  note(value: string, at: number): void {
    if (this.#expected?.value !== value) return;
    this.#expected.seen(at);
    this.#expected = undefined;
  }

  /** Resolves with the moment at which `value` is seen; rejects when that takes too long. */
  async next(value: string, timeoutMs: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`a change was not seen within ${timeoutMs / 1000} s`)),
        timeoutMs,
      );
      this.#expected = {
        value,
        seen: (at) => {
          clearTimeout(timer);
          resolve(at);
        },
      };
    });
  }
}

/**
 * Notes each content of a file, or what `read` makes of it, as soon as the kernel says that something took its name. The folder
 * is watched, as the file itself is replaced; nothing is polled, so that the writer keeps its core. Ends when the signal aborts.
 */
export function noteContents(
  path: string,
  arrivals: Arrivals,
  signal: AbortSignal,
  read: (text: string) => string = (text) => text,
): void {
  const name = basename(path);
  const watcher = watch(dirname(path), { signal }, (_event, changed) => {
    if (changed !== name) return;
    try {
      const at = performance.now();
      arrivals.note(read(readFileSync(path, 'utf8')), at);
    } catch {
      // Gone again before it could be read: the next event tells.
    }
  });
  watcher.on('error', () => undefined);
}

/** Some words that are awaited in a file of a folder. */
interface Awaited {
  readonly words: string;
  readonly tell: (at: number | undefined) => void;
}

/** Hands over the moments at which words are first seen in files of a folder, many at a time; nothing is polled. `close` it. */
export class FolderArrivals {
  readonly #folder: string;
  readonly #awaited = new Map<string, Set<Awaited>>();
  readonly #watcher: FSWatcher;

  constructor(folder: string) {
    this.#folder = folder;
    this.#watcher = watch(folder, (_event, name) => {
      if (name !== null && this.#awaited.has(name)) this.#look(name);
    });
    this.#watcher.on('error', () => undefined);
  }

  /** Resolves with the moment at which the file holds the words; with `undefined` when it never did before the end. */
  async next(name: string, words: string): Promise<number | undefined> {
    return new Promise((tell) => {
      this.#awaited.set(name, (this.#awaited.get(name) ?? new Set()).add({ words, tell }));
    });
  }

  /** Ends; whoever waits is told that it was not seen. */
  close(): void {
    this.#watcher.close();
    for (const waiting of this.#awaited.values()) for (const { tell } of waiting) tell(undefined);
    this.#awaited.clear();
  }

  #look(name: string): void {
    const at = performance.now();
    let text: string;
    try {
      text = readFileSync(join(this.#folder, name), 'utf8');
    } catch {
      // Gone again before it could be read: the next event tells.
      return;
    }
    const waiting = this.#awaited.get(name);
    for (const awaited of waiting ?? []) {
      if (!text.includes(awaited.words)) continue;
      waiting?.delete(awaited);
      awaited.tell(at);
    }
    if (waiting?.size === 0) this.#awaited.delete(name);
  }
}
