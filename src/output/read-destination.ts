import { constants, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';
import { systemCode } from '../core/errors.ts';
import { fileError, READING } from './file-error.ts';
import type { FileOptions } from './file-options.ts';
import { resolveDestination } from './resolve-destination.ts';

/** A file as it is now. */
export interface CurrentFile {
  /** Where it really is; differs from the destination where a symbolic link was followed. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly stat: Stats;
}

/** Reads the file that is in place of a destination; undefined where there is none. */
export async function readDestination(
  destination: string,
  symlink: FileOptions['symlink'],
  user?: string,
): Promise<CurrentFile | undefined> {
  const { path, existing } = await resolveDestination(destination, symlink, user);
  return existing === undefined ? undefined : readCurrent(path);
}

/** Reads a file whose path is resolved; undefined where there is none. */
export async function readCurrent(path: string): Promise<CurrentFile | undefined> {
  try {
    // Without O_NONBLOCK a named pipe that took the file's place would hold us for ever.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const file = await open(path, flags);
    try {
      const stat = await file.stat();
      return { path, bytes: await file.readFile(), stat };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw fileError(READING, path, error);
  }
}
