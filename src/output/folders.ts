import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { fileError } from './file-error.ts';

/** What file systems say that cannot sync a folder, or need no such thing. */
const CANNOT_SYNC = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM', 'EACCES']);
const FOLDER_MODE = 0o755;

/** Makes the missing folders above a file, and makes them last. */
export async function makeFolders(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    if (first === undefined) return;
    // Each new folder is an entry of the one above it.
    for (let made = folder; made.length >= first.length; made = dirname(made)) {
      await syncFolder(dirname(made));
    }
  } catch (error) {
    throw fileError('Cannot make the folder of', path, error);
  }
}

/** Makes it last that these files were renamed into their folders: one fsync for each distinct folder. */
export async function syncFolders(paths: Iterable<string>): Promise<void> {
  const folders = new Map<string, string>();
  for (const path of paths) folders.set(dirname(path), path);
  for (const [folder, path] of folders) {
    try {
      await syncFolder(folder);
    } catch (error) {
      throw fileError('Cannot make sure that it lasts:', path, error);
    }
  }
}

async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!CANNOT_SYNC.has(systemCode(error) ?? '')) throw error;
  }
}
