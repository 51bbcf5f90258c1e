import { dirname } from 'node:path';
import { AutotmplError, systemCode } from '../core/errors.ts';

/** How a sentence begins about a file that was only to be read. */
export const READING = 'Cannot read';

interface Explanation {
  readonly why: string;
  readonly advice?: string;
}

/**
 * Says for people why a file could not be handled. `doing` is the start of a sentence ("Cannot write"), `path` the
 * file as they know it. An {@link AutotmplError} is passed through: it was explained where it was known.
 */
export function fileError(doing: string, path: string, error: unknown): AutotmplError {
  if (error instanceof AutotmplError) return error;
  const { why, advice } = explain(doing, path, error);
  return new AutotmplError('output', `${doing} ${path}: ${why}`, {
    cause: error,
    ...(advice === undefined ? {} : { advice }),
  });
}

function explain(doing: string, path: string, error: unknown): Explanation {
  const folder = dirname(path);
  switch (systemCode(error) ?? '') {
    case 'ENOSPC':
      return {
        why: 'no space is left on its file system',
        advice: `Free some space, or some inodes, where ${folder} is; the file is written at the next try.`,
      };
    case 'EDQUOT':
      return { why: 'the disk quota is used up', advice: `Free some space where ${folder} is.` };
    case 'EROFS':
      return {
        why: 'the file system is read-only',
        advice: `Mount ${folder} writable; if only the file itself is mounted writable, set write: inPlace.`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        why: `permission denied${identity()}`,
        advice:
          doing === READING
            ? 'Give this user the right to read it, or remove it.'
            : `Give this user the right to make files in ${folder}.`,
      };
    case 'ENOENT':
      return {
        why: `the folder ${folder} does not exist`,
        advice: 'Make the folder, or set createDirs: true.',
      };
    case 'ENOTDIR':
      return {
        why: 'a part of the path is a file, not a folder',
        advice: 'Correct the destination.',
      };
    case 'EISDIR':
      return {
        why: 'it is a directory',
        advice: 'Name a file inside of it as the destination.',
      };
    case 'ELOOP':
      return { why: 'it is a symbolic link, or a loop of links', advice: 'Remove the link.' };
    case 'ENAMETOOLONG':
      return { why: 'the name is too long', advice: 'Choose a shorter destination.' };
    case 'EBUSY':
      return {
        why: 'it is a mount point, which cannot be replaced by a rename',
        advice: 'Set write: auto or write: inPlace, or mount the folder and not the single file.',
      };
    case 'EMFILE':
    case 'ENFILE':
      return { why: 'too many files are open', advice: 'Raise the limit (ulimit -n).' };
    default:
      return { why: error instanceof Error ? error.message : String(error) };
  }
}

function identity(): string {
  const user = process.geteuid?.();
  return user === undefined ? '' : ` for user ${user}`;
}
