import { constants } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { syncFolders } from './folders.ts';
import { journalPath, parseTemporaryName, temporaryPath, temporaryPrefix } from './side-names.ts';

/** A file beside a destination, and what tells it from any other of its name. */
export interface NamedFile {
  /** Without its folder, which is the destination's. */
  readonly name: string;
  /** The number of its inode. */
  readonly inode: string;
}

/** One file that is replaced together with others. */
export interface JournalEntry {
  /** Absolute path, no symbolic link at its end. */
  readonly destination: string;
  /** The new file. */
  readonly staged: NamedFile;
  /** The old file, with its second name, or that of its copy; absent: there was none. */
  readonly old?: NamedFile;
}

/** What a journal says: which files are being replaced together, and by which process. */
export interface Journal {
  readonly pid: number;
  readonly entries: readonly JournalEntry[];
}

const VERSION = 1;
/** More than the entries of any group that somebody would write. */
const LONGEST_BYTES = 16 * 1024 * 1024;

/** Writes the journal of a group beside its first destination; it lasts, and is whole, before this resolves. Returns its path. */
export async function writeJournal(entries: readonly JournalEntry[]): Promise<string> {
  const path = journalPath((entries[0] as JournalEntry).destination);
  const temporary = temporaryPath((entries[0] as JournalEntry).destination);
  const flags = constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY | constants.O_NOFOLLOW;
  const file = await open(temporary, flags, 0o600);
  try {
    await file.writeFile(JSON.stringify({ version: VERSION, pid: process.pid, entries }));
    await file.sync();
    await rename(temporary, path);
    await syncFolders([path]);
    return path;
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

/** Takes a journal away, for good: from then on its files are as they should be. */
export async function removeJournal(path: string): Promise<void> {
  await rm(path, { force: true });
  await syncFolders([path]);
}

/**
 * Reads a journal, which may have been put there by others: it is obeyed only where it is a regular file of ours that nobody else could write, and names
 * only these destinations, and our own side files of them. Otherwise it throws, and says why.
 */
export async function readJournal(path: string, allowed: ReadonlySet<string>): Promise<Journal> {
  const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new Error('it is no regular file');
    if (stat.uid !== process.geteuid?.()) throw new Error('it belongs to another user');
    if ((stat.mode & 0o077) !== 0) throw new Error('others may read or write it');
    if (stat.nlink !== 1) throw new Error('it has a second name');
    if (stat.size > LONGEST_BYTES) throw new Error('it is too long');
    const journal = parseJournal(await file.readFile('utf8'));
    if (journal === undefined) throw new Error('it is not what autotmpl writes');
    const other = journal.entries.find(({ destination }) => !allowed.has(destination));
    if (other !== undefined) throw new Error(`the config does not name ${other.destination}`);
    return journal;
  } finally {
    await file.close();
  }
}

function parseJournal(text: string): Journal | undefined {
  const content = parseJson(text);
  if (!isRecord(content) || content.version !== VERSION) return undefined;
  const { pid, entries } = content;
  if (typeof pid !== 'number' || !Array.isArray(entries) || entries.length === 0) return undefined;
  return entries.every(isEntry) ? { pid, entries } : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is JournalEntry {
  if (!isRecord(value) || typeof value.destination !== 'string') return false;
  const prefix = temporaryPrefix(value.destination);
  return (
    isNamedFile(value.staged, prefix) && (value.old === undefined || isNamedFile(value.old, prefix))
  );
}

function isNamedFile(value: unknown, prefix: string): value is NamedFile {
  return (
    isRecord(value) &&
    typeof value.name === 'string' &&
    basename(value.name) === value.name &&
    parseTemporaryName(value.name)?.prefix === prefix &&
    typeof value.inode === 'string'
  );
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
