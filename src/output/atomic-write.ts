import { constants, type Stats } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { systemCode } from '../core/errors.ts';
import { dressNewFile } from './attributes.ts';
import { keepBackup } from './backup.ts';
import { fileError } from './file-error.ts';
import type { FileOptions } from './file-options.ts';
import { makeFolders } from './folders.ts';
import { writeInPlace } from './in-place.ts';
import { readCurrent } from './read-destination.ts';
import { resolveDestination, type ResolvedDestination } from './resolve-destination.ts';
import { temporaryPath } from './side-names.ts';

/** How a file came into place; `inPlace` was not atomic. */
export type Placement = 'renamed' | 'inPlace';

/** New text that waits beside its destination. Either `commit` or `discard` must be called. */
export interface StagedFile {
  /** Where the file will be: the destination, its symbolic link followed. What `syncFolders` wants to know. */
  readonly destination: string;
  /**
   * The file that holds the text now, complete, on the disk, with its mode and owner. Absent where the options say
   * `inPlace`: the folder of such a file need not be writable, so the text waits in memory.
   */
  readonly path?: string;
  /** Puts the text in place. When it rejects, the old file is as it was and the staged one is gone. */
  commit(): Promise<Placement>;
  /** Drops the text. Does nothing after a commit. Never rejects. */
  discard(): Promise<void>;
}

/**
 * Writes text beside its destination, ready to be swapped in: a file in the same folder, made exclusively, with its
 * mode and owner set before it has its name, and synced. Nothing is left behind when it rejects, and the
 * old file is not touched. The caller syncs the folder after `commit` (`syncFolders`), once for many files. `found` is for
 * whoever has looked already at what the destination is.
 */
export async function stageFile(
  destination: string,
  text: string,
  options: FileOptions,
  found?: ResolvedDestination,
): Promise<StagedFile> {
  const { path, existing } = found ?? (await resolveDestination(destination, options.symlink));
  if (options.write === 'inPlace' && existing !== undefined) {
    return {
      destination: path,
      commit: async () => {
        await writeInPlace(path, text, options);
        return 'inPlace';
      },
      discard: async () => undefined,
    };
  }
  const temporary = temporaryPath(path);
  try {
    await writeTemporary(temporary, path, text, options, existing);
  } catch (error) {
    await removeQuietly(temporary);
    throw fileError('Cannot write', path, error);
  }
  return {
    destination: path,
    path: temporary,
    commit: () => swapIn(temporary, path, text, options),
    discard: () => removeQuietly(temporary),
  };
}

async function writeTemporary(
  temporary: string,
  path: string,
  text: string,
  options: FileOptions,
  existing: Stats | undefined,
): Promise<void> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  const create = () => open(temporary, flags, 0o600);
  const file = await create().catch(async (error: unknown) => {
    if (systemCode(error) !== 'ENOENT' || !options.createDirs) throw error;
    await makeFolders(path);
    return create();
  });
  try {
    await file.writeFile(text);
    await dressNewFile(file, path, options, existing);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function swapIn(
  temporary: string,
  path: string,
  text: string,
  options: FileOptions,
): Promise<Placement> {
  try {
    if (options.backup) await keepBackup(path, 'link', () => readCurrent(path));
    try {
      await rename(temporary, path);
      return 'renamed';
    } catch (error) {
      if (systemCode(error) !== 'EBUSY' || options.write !== 'auto') throw error;
      await writeInPlace(path, text, options);
      await removeQuietly(temporary);
      return 'inPlace';
    }
  } catch (error) {
    await removeQuietly(temporary);
    throw fileError('Cannot write', path, error);
  }
}

async function removeQuietly(path: string): Promise<void> {
  // What cannot be removed now is removed at the next start (leftovers.ts).
  await rm(path, { force: true }).catch(() => undefined);
}
