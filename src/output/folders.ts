import { constants } from 'node:fs';
import { access, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { patientCalls, type FileCalls } from './file-calls.ts';
import { fileError } from './file-error.ts';

/** What file systems say that cannot sync a folder, or need no such thing. */
const CANNOT_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM', 'EACCES']);
const FOLDER_MODE = 0o755;

/** Makes the missing folders above a file, and makes them last. */
export async function makeFolders(path: string): Promise<void> {
  try {
    await makeFolder(dirname(path));
  } catch (error) {
    throw fileError('Cannot make the folder', dirname(path), error);
  }
}

/** Node's own recursive mkdir never ends where a folder cannot be made in one that exists (below /proc). */
async function makeFolder(folder: string): Promise<void> {
  const parent = dirname(folder);
  const missing = await tryToMake(folder);
  if (missing !== undefined) {
    if (parent === folder) throw missing;
    // Where it exists, another may have made it at this moment: that is worth one more try.
    if (!(await exists(parent))) await makeFolder(parent);
    const stillMissing = await tryToMake(folder);
    if (stillMissing !== undefined) throw stillMissing;
  }
  // The new folder is an entry of the one above it.
  await syncFolder(parent);
}

/** Returns the error where the folder above is missing; a folder that is there, or was made by another at this moment, is fine. */
async function tryToMake(folder: string): Promise<Error | undefined> {
  try {
    await mkdir(folder, { mode: FOLDER_MODE });
    await setMode(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return error as Error;
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  return undefined;
}

/** The umask took its share, and what reads the file may be another user. Not by its name, which may be a link of somebody else by now. */
async function setMode(folder: string): Promise<void> {
  const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants;
  const handle = await open(folder, O_RDONLY | O_DIRECTORY | O_NOFOLLOW);
  try {
    await handle.chmod(FOLDER_MODE);
  } finally {
    await handle.close();
  }
}

async function exists(folder: string): Promise<boolean> {
  return access(folder).then(
    () => true,
    () => false,
  );
}

/** Makes it last that these files were renamed into their folders: one fsync for each distinct folder. `callsFor` says how a file is handled. */
export async function syncFolders(
  paths: Iterable<string>,
  callsFor: (path: string) => FileCalls = () => patientCalls,
): Promise<void> {
  const folders = new Map<string, string>();
  for (const path of paths) folders.set(dirname(path), path);
  for (const [folder, path] of folders) {
    try {
      await syncFolder(folder, callsFor(path));
    } catch (error) {
      throw fileError('Cannot make sure that it lasts:', path, error);
    }
  }
}

async function syncFolder(folder: string, calls = patientCalls): Promise<void> {
  try {
    const handle = await calls.open(folder, constants.O_RDONLY, 0);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!CANNOT_SYNC.has(systemCode(error) ?? '')) throw error;
  }
}
