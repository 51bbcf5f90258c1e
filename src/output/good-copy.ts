import { rm } from 'node:fs/promises';
import { keepCopy } from './backup.ts';
import { fileError } from './file-error.ts';
import { readCurrent, type CurrentFile } from './read-destination.ts';
import { goodPath } from './side-names.ts';
import { strangeSignOf } from './strange-file.ts';

/**
 * The last file that what runs took well, kept beside its destination (`.<name>.autotmpl-good`) with its mode and owner, so that it can be put
 * back. Paths must be resolved.
 */
export const goodCopy = {
  /** Keeps the present file in place of the one kept before: by a `link` where it is about to be replaced, else by a `copy`. Does nothing where there is no file. */
  async keep(path: string, way: 'link' | 'copy'): Promise<void> {
    try {
      await keepCopy(path, goodPath(path), way, () => readCurrent(path));
    } catch (error) {
      throw fileError('Cannot keep the last good file of', path, error);
    }
  },

  /** Reads what was kept; undefined where nothing was, or where somebody else laid it there: `mayOwn` are the users whose file it can be. */
  async read(path: string, mayOwn: ReadonlySet<number>): Promise<CurrentFile | undefined> {
    const kept = await readCurrent(goodPath(path));
    if (kept?.stat.isFile() !== true || !mayOwn.has(kept.stat.uid)) return undefined;
    const sign = await strangeSignOf(kept.path, kept.stat, path);
    return sign === undefined ? kept : undefined;
  },

  /** There is nothing good to go back to any more. Never rejects. */
  async forget(path: string): Promise<void> {
    await rm(goodPath(path), { force: true }).catch(() => undefined);
  },
} as const;
