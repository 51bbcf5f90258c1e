import { crc32 } from 'node:zlib';
import { lstat } from 'node:fs/promises';
import { describeError, systemCode } from '../../core/errors.ts';
import { resolveOwner } from '../../output/owner.ts';
import { readCurrent } from '../../output/read-destination.ts';
import { resolveDestination } from '../../output/resolve-destination.ts';
import type { FileTarget } from '../target.ts';
import { dressOf, type Dress, type ExpectedFile } from './expected-file.ts';

/** A longer file is not read only to say what is in it. */
const LONGEST_BYTES = 1_000_000;

/** How a file differs from what it should be. */
export interface Difference {
  readonly kind: 'missing' | 'replaced' | 'text' | 'dress';
  /** Says it in a sentence that begins with the file's name: `was deleted`. */
  readonly what: string;
  /** The same for the same difference, so that it is said once. */
  readonly key: string;
  /** Whether nothing can be written while it is so. */
  readonly isInTheWay?: true;
  /** The text that is there instead, where there is one that can be shown. */
  readonly found?: string;
}

/**
 * Compares a target's file with what it should be; undefined where it is that. Rejects where it cannot be looked at: what cannot be read
 * is not for that reason changed.
 */
export async function compareFile(
  target: FileTarget,
  expected: ExpectedFile,
): Promise<Difference | undefined> {
  const { destination, file } = target;
  const entry = await lstatOrNothing(destination);
  if (entry === undefined) return { kind: 'missing', what: 'was deleted', key: 'missing' };
  const isLink = entry.isSymbolicLink() && file.symlink === 'follow';
  if (!entry.isFile() && !isLink)
    return {
      ...replaced(entry.isSymbolicLink() ? 'a symbolic link' : 'something that is no file'),
      isInTheWay: true,
    };
  const { path, existing: stat } = await resolveDestination(destination, file.symlink, file.user);
  if (stat === undefined) return replaced('a file that somebody else may have put there');
  if (expected.isSeen(stat)) return undefined;
  const size = `is ${stat.size} bytes long and should be ${expected.length}`;
  if (stat.size !== expected.length && stat.size > LONGEST_BYTES) {
    return { kind: 'text', what: size, key: `text ${stat.size} ${stat.mtimeMs}` };
  }
  const current = await readCurrent(path);
  if (current === undefined) return { kind: 'missing', what: 'was deleted', key: 'missing' };
  if (!current.bytes.equals(expected.bytes)) {
    const key = `text ${current.bytes.length} ${crc32(current.bytes)}`;
    return { kind: 'text', what: 'has another text', key, found: current.bytes.toString('utf8') };
  }
  const dress = dressOf(current.stat);
  const worn = undressed(expected.dress ?? { ...dress, ...(await askedDress(file)) }, dress);
  if (worn !== undefined) return worn;
  expected.see(current.stat);
  return undefined;
}

function replaced(by: string): Difference {
  return { kind: 'replaced', what: `was replaced by ${by}`, key: `replaced ${by}` };
}

function undressed(expected: Dress, found: Dress): Difference | undefined {
  const parts: string[] = [];
  if (found.mode !== expected.mode) {
    parts.push(`has mode ${octal(found.mode)} and should have ${octal(expected.mode)}`);
  }
  if (found.uid !== expected.uid || found.gid !== expected.gid) {
    const [is, was] = [found, expected].map(({ uid, gid }) => `${uid}:${gid}`);
    parts.push(`belongs to ${is} and should belong to ${was}`);
  }
  if (parts.length === 0) return undefined;
  const what = parts.join(', ');
  return { kind: 'dress', what, key: what };
}

/** What the config says of mode and owner. */
async function askedDress(options: FileTarget['file']): Promise<Partial<Dress>> {
  const { mode } = options;
  return { ...(mode !== undefined && { mode }), ...(await resolveOwner(options)) };
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

async function lstatOrNothing(path: string) {
  try {
    return await lstat(path);
  } catch (error) {
    // A folder that became a file has nothing in it, either.
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw new Error(describeError(error), { cause: error });
  }
}
