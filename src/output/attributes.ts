import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { AutotmplError, systemCode } from '../core/errors.ts';
import type { NewFile } from './file-calls.ts';
import { fileError } from './file-error.ts';
import type { FileOptions } from './file-options.ts';
import { resolveOwner, type Owner } from './owner.ts';

/** The bits that chmod(2) sets. */
const PERMISSION_BITS = 0o7777;
/** Set-user-id and set-group-id: not carried over to a file whose owner could not be. */
const IDENTITY_BITS = 0o6000;
const DEFAULT_MODE = 0o644;

type Wanted = Pick<FileOptions, 'mode' | 'user' | 'group'>;

/** Whether a file has the mode and the owner that the options ask for; what they leave open is right as it is. */
export async function sameAttributes(file: Stats, options: Wanted): Promise<boolean> {
  const owner = await resolveOwner(options);
  return (
    (options.mode === undefined || options.mode === (file.mode & PERMISSION_BITS)) &&
    (owner.uid === undefined || owner.uid === file.uid) &&
    (owner.gid === undefined || owner.gid === file.gid)
  );
}

/**
 * Gives a file whose text is right the mode and the owner that the options ask for. The path must be resolved. Where another file than
 * `seen` is there by now, it gets nothing: it might be one that is not to be given away.
 */
export async function applyAttributes(path: string, options: Wanted, seen?: Stats): Promise<void> {
  try {
    const owner = await resolveOwner(options);
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags);
    try {
      const before = await file.stat();
      if (seen !== undefined && !isSame(before, seen)) throw new Error('it was replaced just now');
      await file.chown(owner.uid ?? before.uid, owner.gid ?? before.gid);
      // After the owner: a change of owner clears the set-id bits (chown(2)).
      await file.chmod(options.mode ?? before.mode & PERMISSION_BITS);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw attributesError(path, error);
  }
}

function isSame(one: Stats, other: Stats): boolean {
  return one.ino === other.ino && one.dev === other.dev;
}

/**
 * Gives a new file, by its descriptor, what the options ask for and, where they are silent, what the file that it
 * replaces had: its owner only as far as this process may, its mode, else 0644. The umask has no say.
 */
export async function dressNewFile(
  file: NewFile,
  destination: string,
  options: Wanted,
  existing: Stats | undefined,
): Promise<void> {
  const owner = await resolveOwner(options);
  if (owner.uid !== undefined || owner.gid !== undefined) await giveTo(file, destination, owner);
  const kept = existing === undefined || (await keepOwner(file, owner, existing));
  const inherited = existing === undefined ? DEFAULT_MODE : existing.mode & PERMISSION_BITS;
  await file.chmod(options.mode ?? (kept ? inherited : inherited & ~IDENTITY_BITS));
}

async function giveTo(file: NewFile, destination: string, owner: Owner): Promise<void> {
  const now = await file.stat();
  try {
    await file.chown(owner.uid ?? now.uid, owner.gid ?? now.gid);
  } catch (error) {
    throw attributesError(destination, error);
  }
}

/** Returns whether the new file now has the old one's owner and group, apart from what was asked for. */
async function keepOwner(file: NewFile, asked: Owner, existing: Stats): Promise<boolean> {
  const now = await file.stat();
  const uid = asked.uid ?? existing.uid;
  const gid = asked.gid ?? existing.gid;
  if (uid === now.uid && gid === now.gid) return true;
  if (await permitted(() => file.chown(uid, gid))) return true;
  // The group on its own is often allowed where the user is not.
  await permitted(() => file.chown(now.uid, gid));
  return false;
}

async function permitted(work: () => void | Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (systemCode(error) === 'EPERM') return false;
    throw error;
  }
}

function attributesError(path: string, error: unknown): AutotmplError {
  const doing = 'Cannot set the owner and mode of';
  if (systemCode(error) !== 'EPERM') return fileError(doing, path, error);
  return new AutotmplError('output', `${doing} ${path}: this user may not`, {
    advice: 'Only root gives files away: run as root, or leave out user and group.',
    cause: error,
  });
}
