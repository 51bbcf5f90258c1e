import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AutotmplError, systemCode } from '../core/errors.ts';
import { isOurs } from '../core/strangers.ts';
import { patientCalls, type FileCalls } from './file-calls.ts';
import { fileError } from './file-error.ts';
import type { FileOptions } from './file-options.ts';
import { resolveOwner } from './owner.ts';
import { goodPath } from './side-names.ts';
import { strangeSignOf } from './strange-file.ts';

/** Where a destination really is. */
export interface ResolvedDestination {
  /** Absolute path with a symbolic link at its end followed, once; folders on the way are left as they are. */
  readonly path: string;
  /** The regular file that is there; absent: there is none yet, or one of a stranger, which is replaced as if it were not there. */
  readonly existing?: Stats;
}

/**
 * Finds the file that a destination means. Refuses what is no regular file, and a symbolic link unless it is to be
 * followed. A link that points to nothing is followed to where the file will be. Whoever may make files in the folder could have
 * made the link, or the file: a link is only followed to what its owner could write to himself, and a file that a stranger may
 * have put there (`strangeSignOf`; `user` is whose file it is to be) gives nothing of itself to the one that replaces it. `calls` are those for its folder.
 */
export async function resolveDestination(
  destination: string,
  symlink: FileOptions['symlink'],
  user?: string,
  calls: Pick<FileCalls, 'lstat'> = patientCalls,
): Promise<ResolvedDestination> {
  let path = destination;
  try {
    let found = await orAbsent(() => calls.lstat(path));
    if (found?.isSymbolicLink() === true) {
      if (symlink === 'refuse') throw symlinkRefused(destination, await readlink(destination));
      const link = found;
      path = (await orAbsent(() => realpath(path))) ?? (await danglingEnd(path));
      found = await orAbsent(() => lstat(path));
      const end = found ?? (await stat(dirname(path)));
      if (!isOurs(link) && link.uid !== end.uid) throw strangeLink(destination, path, link);
    }
    if (found === undefined) return { path };
    if (!found.isFile()) throw notAFile(path, found);
    return (await isOfStranger(path, found, user)) ? { path } : { path, existing: found };
  } catch (error) {
    throw fileError('Cannot use', destination, error);
  }
}

async function isOfStranger(path: string, file: Stats, user: string | undefined): Promise<boolean> {
  const sign = await strangeSignOf(path, file, goodPath(path));
  if (sign !== 'owner' || user === undefined) return sign !== undefined;
  return (await resolveOwner({ user })).uid !== file.uid;
}

/** A link may lead to a link that leads to nothing; the kernel's own limit for such chains is 40. */
async function danglingEnd(link: string): Promise<string> {
  let path = link;
  for (let hops = 0; hops < 40; hops += 1) {
    // The folder is made real first: `..` in a link counts from where the link really is.
    const folder = await realpath(dirname(path));
    path = resolve(folder, await readlink(join(folder, basename(path))));
    const end = await orAbsent(() => lstat(path));
    if (end?.isSymbolicLink() !== true) {
      await stat(dirname(path));
      return path;
    }
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

async function orAbsent<Value>(work: () => Value | Promise<Value>): Promise<Value | undefined> {
  try {
    return await work();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function symlinkRefused(destination: string, points: string): AutotmplError {
  return new AutotmplError(
    'output',
    `Cannot use ${destination}: it is a symbolic link to ${points}`,
    { advice: 'Name the real file as the destination, or set symlink: follow.' },
  );
}

function strangeLink(destination: string, points: string, link: Stats): AutotmplError {
  return new AutotmplError(
    'output',
    `Cannot use ${destination}: it is a symbolic link of user ${link.uid} to ${points}, which is not that user's`,
    {
      advice:
        'Remove it if you did not make it; else make it anew as root or as the user that autotmpl runs as.',
    },
  );
}

function notAFile(path: string, found: Stats): AutotmplError {
  const kind = found.isDirectory()
    ? 'a directory'
    : found.isFIFO()
      ? 'a named pipe'
      : found.isSocket()
        ? 'a socket'
        : 'a device';
  return new AutotmplError('output', `Cannot use ${path}: it is ${kind}, not a file`, {
    advice: found.isDirectory()
      ? 'Name a file inside of it as the destination.'
      : 'Name a regular file; without a destination the text goes to standard output.',
  });
}
