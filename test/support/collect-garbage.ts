import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** Collects all garbage there is, at once, so that what is left is in use. */
export function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('globalThis.gc') as () => void;
  setFlagsFromString('--no-expose-gc');
  // What the first finds dead gives its memory outside of the heap back only then.
  gc();
  gc();
}
