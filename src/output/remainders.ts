import { rm } from 'node:fs/promises';

/** Removes a file; whether it is gone, as it may have been before. */
async function remove(path: string): Promise<boolean> {
  return rm(path, { force: true }).then(
    () => true,
    () => false,
  );
}

/**
 * Temporary files that could not be removed when they had served, since their file system had become read-only meanwhile, or did not answer: they
 * are remembered, and removed when it can be done. What is still there when the program ends is removed at its next start (`leftovers.ts`).
 */
export class Remainders {
  readonly #paths = new Set<string>();

  /** Removes a file now, or when it can be done. Never rejects. */
  async remove(path: string): Promise<void> {
    if (!(await remove(path))) this.#paths.add(path);
  }

  /** Tries those again that are still there. Never rejects. */
  async sweep(): Promise<void> {
    for (const path of this.#paths) {
      if (await remove(path)) this.#paths.delete(path);
    }
  }
}
