import { systemCode } from '../core/errors.ts';
import { keepBackup } from './backup.ts';
import { patientCalls, type FileCalls } from './file-calls.ts';
import { fileError } from './file-error.ts';
import type { FileOptions } from './file-options.ts';
import { writeInPlace } from './in-place.ts';
import { readCurrent } from './read-destination.ts';
import { resolveDestination, type ResolvedDestination } from './resolve-destination.ts';
import type { Remainders } from './remainders.ts';
import { stageInPlace } from './stage-in-place.ts';
import type { Placement, StagedFile } from './staged-file.ts';
import { writeTemporary, type TemporaryFile } from './temporary-file.ts';

/** What may be said of a file that is to be staged. */
export interface StageDetails {
  /** What the destination is, of whoever has looked already. */
  readonly found?: ResolvedDestination;
  /** Somebody will look at the staged text, so it has to be in a file. */
  readonly needsFile?: boolean;
  /** Who removes later what cannot be removed when it has served. */
  readonly remainders?: Remainders;
  /** How files in the folder of `found` are handled; absent: patiently. */
  readonly calls?: FileCalls;
}

/**
 * Writes text beside its destination, ready to be swapped in: a file in the same folder, made exclusively, with its
 * mode and owner set before it has its name, and synced. Nothing is left behind when it rejects, and the
 * old file is not touched. The caller syncs the folder after `commit` (`syncFolders`), once for many files.
 */
export async function stageFile(
  destination: string,
  text: string | Buffer,
  options: FileOptions,
  { found, needsFile = false, remainders, calls = patientCalls }: StageDetails = {},
): Promise<StagedFile> {
  const { path, existing } =
    found ?? (await resolveDestination(destination, options.symlink, options.user));
  if (options.write === 'inPlace' && existing !== undefined) {
    return stageInPlace(path, text, options, existing, needsFile);
  }
  let temporary: TemporaryFile;
  try {
    temporary = await writeTemporary(path, text, options, existing, { remainders, calls });
  } catch (error) {
    throw fileError('Cannot write', path, error);
  }
  return {
    destination: path,
    path: temporary.path,
    commit: () => swapIn(calls, temporary, path, text, options),
    discard: () => temporary.remove(),
  };
}

async function swapIn(
  calls: FileCalls,
  temporary: TemporaryFile,
  path: string,
  text: string | Buffer,
  options: FileOptions,
): Promise<Placement> {
  try {
    if (options.backup) await keepBackup(path, 'link', () => readCurrent(path));
    try {
      await calls.rename(temporary.path, path);
      return 'renamed';
    } catch (error) {
      if (systemCode(error) !== 'EBUSY' || options.write !== 'auto') throw error;
      await writeInPlace(path, text, options);
      await temporary.remove();
      return 'inPlace';
    }
  } catch (error) {
    await temporary.remove();
    throw fileError('Cannot write', path, error);
  }
}
