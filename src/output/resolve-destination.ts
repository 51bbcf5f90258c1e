import type { Stats } from 'node:fs';
import { lstat, readlink, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AutotmplError, systemCode } from '../core/errors.ts';
import { fileError } from './file-error.ts';
import type { FileOptions } from './file-options.ts';

/** Where a destination really is. */
export interface ResolvedDestination {
  /** Absolute path with a symbolic link at its end followed, once; folders on the way are left as they are. */
  readonly path: string;
  /** The regular file that is there; absent: there is none yet. */
  readonly existing?: Stats;
}

/**
 * Finds the file that a destination means. Refuses what is no regular file, and a symbolic link unless it is to be
 * followed. A link that points to nothing is followed to where the file will be.
 */
export async function resolveDestination(
  destination: string,
  symlink: FileOptions['symlink'],
): Promise<ResolvedDestination> {
  let path = destination;
  try {
    let found = await orAbsent(lstat(path));
    if (found?.isSymbolicLink() === true) {
      if (symlink === 'refuse') throw symlinkRefused(destination, await readlink(destination));
      path = (await orAbsent(realpath(path))) ?? (await danglingEnd(path));
      found = await orAbsent(lstat(path));
    }
    if (found === undefined) return { path };
    if (!found.isFile()) throw notAFile(path, found);
    return { path, existing: found };
  } catch (error) {
    throw fileError('Cannot use', destination, error);
  }
}

/** A link may lead to a link that leads to nothing; the kernel's own limit for such chains is 40. */
async function danglingEnd(link: string): Promise<string> {
  let path = link;
  for (let hops = 0; hops < 40; hops += 1) {
    // The folder is made real first: `..` in a link counts from where the link really is.
    const folder = await realpath(dirname(path));
    path = resolve(folder, await readlink(join(folder, basename(path))));
    const end = await orAbsent(lstat(path));
    if (end?.isSymbolicLink() !== true) {
      await stat(dirname(path));
      return path;
    }
  }
  throw Object.assign(new Error('too many links'), { code: 'ELOOP' });
}

async function orAbsent<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
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
