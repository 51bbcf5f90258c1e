import { readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';

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
