import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { stageFile } from '../output/atomic-write.ts';
import type { FileOptions } from '../output/file-options.ts';
import { goodCopy } from '../output/good-copy.ts';
import { readCurrent, type CurrentFile } from '../output/read-destination.ts';
import { resolveDestination } from '../output/resolve-destination.ts';
import type { StagedFile } from '../output/staged-file.ts';

/**
 * The last good ones of the files that a template writes beside its own: a certificate goes back with its key, or neither would be of use.
 */

/** One that is to be put back. */
export interface GoodBeside {
  readonly path: string;
  readonly good: CurrentFile;
}

const OPTIONS: FileOptions = {
  ...{ createDirs: true, backup: false },
  ...{ symlink: 'refuse', write: 'auto' },
};

/** Keeps these files as they are now, before any of them is replaced. One that cannot be kept is not put back, and that is said. */
export async function keepBeside(paths: readonly string[], logger: Logger): Promise<void> {
  for (const path of paths) {
    try {
      const { existing } = await resolveDestination(path, OPTIONS.symlink);
      if (existing === undefined) await goodCopy.forget(path);
      // Which of them will be replaced is not known: who writes into one that stays must not write into what is kept.
      else await goodCopy.keep(path, 'copy');
    } catch (error) {
      await goodCopy.forget(path);
      logger.warn(`${describeError(error)}; it would not be put back`);
    }
  }
}

/** The good ones of these files that differ from what is in their places. What was new has none, and stays. */
export async function findBeside(
  paths: readonly string[],
  ownersOf: (owner: number | undefined) => ReadonlySet<number>,
): Promise<readonly GoodBeside[]> {
  const found: GoodBeside[] = [];
  for (const path of paths) {
    const { existing } = await resolveDestination(path, OPTIONS.symlink);
    const good = await goodCopy.read(path, ownersOf(existing?.uid));
    if (good === undefined) continue;
    const current = existing === undefined ? undefined : await readCurrent(path);
    if (current?.bytes.equals(good.bytes) !== true) found.push({ path, good });
  }
  return found;
}

/** Stages one, as it was. */
export function stageBeside({ path, good }: GoodBeside): Promise<StagedFile> {
  const options = { ...OPTIONS, mode: good.stat.mode & 0o7777 };
  return stageFile(path, good.bytes, options, { found: { path, existing: good.stat } });
}
