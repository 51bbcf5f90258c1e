import { constants } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { fileError } from './file-error.ts';
import { backupPath, temporaryPath } from './side-names.ts';
import type { CurrentFile } from './read-destination.ts';

/** Keeps the present file as `<name>.bak`, in place of the one kept before. */
export async function keepBackup(
  path: string,
  way: 'link' | 'copy',
  read: () => Promise<CurrentFile | undefined>,
): Promise<void> {
  try {
    await keepCopy(path, backupPath(path), way, read);
  } catch (error) {
    throw fileError('Cannot keep the backup', backupPath(path), error);
  }
}

/**
 * Keeps the present file under another name in its folder, in place of what has that name. The name is never absent or half
 * in between. A hard link where the file is about to be replaced; where its own bytes are about to change
 * (`copy`), or links do not work, a copy with its mode and owner.
 */
export async function keepCopy(
  path: string,
  kept: string,
  way: 'link' | 'copy',
  read: () => Promise<CurrentFile | undefined>,
): Promise<void> {
  const temporary = temporaryPath(path);
  try {
    if (way === 'copy' || !(await linked(path, temporary))) {
      const current = await read();
      if (current === undefined) return;
      await writeCopy(temporary, current);
    }
    await rename(temporary, kept);
  } finally {
    // Still there after a failure, and where both names were one file already: then rename(2) does nothing.
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

async function linked(path: string, temporary: string): Promise<boolean> {
  try {
    await link(path, temporary);
    return true;
  } catch {
    // Not every file system has links, and a protected file of another user may not be linked: copy it.
    return false;
  }
}

/** Writes what a file holds into a new one, with its mode and owner as far as this process may. */
export async function writeCopy(path: string, current: CurrentFile): Promise<void> {
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  const file = await open(path, flags, 0o600);
  try {
    await file.writeFile(current.bytes);
    // As far as this process may: a backup that only we can read is better than none.
    await file.chown(current.stat.uid, current.stat.gid).catch(() => undefined);
    await file.chmod(current.stat.mode & 0o777);
    await file.sync();
  } finally {
    await file.close();
  }
}
