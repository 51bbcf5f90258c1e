import { link, lstat, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AutotmplError, describeError, systemCode } from '../core/errors.ts';
import { writeCopy } from './backup.ts';
import { fileError } from './file-error.ts';
import { syncFolders } from './folders.ts';
import { removeJournal, writeJournal, type JournalEntry, type NamedFile } from './journal.ts';
import { readCurrent, type CurrentFile } from './read-destination.ts';
import { journalPath, temporaryPath } from './side-names.ts';

/** A file that waits for its place, together with others. */
export interface WaitingFile {
  readonly destination: string;
  /** The staged file, beside it. */
  readonly path: string;
}

/**
 * Replaces several files together: all of them, or none. Before the first rename each old file has a second name, and a journal says which file was to
 * become which; whatever ends this process, the next start finishes what was begun (`finish-swaps.ts`).
 */
export class GroupSwap {
  readonly entries: readonly JournalEntry[];
  readonly #journal: string;

  constructor(entries: readonly JournalEntry[], journal: string) {
    this.entries = entries;
    this.#journal = journal;
  }

  /** Keeps the old files and writes the journal. Where it rejects, nothing has happened. */
  static async begin(files: readonly WaitingFile[]): Promise<GroupSwap> {
    const entries: JournalEntry[] = [];
    try {
      for (const file of files) entries.push(await entryOf(file));
      // A journal that outlives a power loss must not name what did not.
      await syncFolders(entries.map(({ destination }) => destination));
      return new GroupSwap(entries, await writeJournal(entries));
    } catch (error) {
      await removeKept(entries);
      const [first] = files as readonly [WaitingFile];
      const path = files[entries.length]?.destination ?? journalPath(first.destination);
      throw fileError('Cannot write', path, error);
    }
  }

  /** Puts one file in place. */
  async replace({ destination, staged }: JournalEntry): Promise<void> {
    try {
      await rename(beside(destination, staged), destination);
    } catch (error) {
      throw systemCode(error) === 'EBUSY'
        ? mountPoint(destination)
        : fileError('Cannot write', destination, error);
    }
  }

  /** All files are in place: makes that last, and forgets how it was before. */
  async finish(): Promise<void> {
    await syncFolders(this.entries.map(({ destination }) => destination));
    await removeJournal(this.#journal);
    await removeKept(this.entries);
  }

  /** Puts the old files back where they were replaced. Where that fails, the journal stays, and says what is left to do. */
  async undo(): Promise<void> {
    for (const { destination, staged, old } of this.entries.toReversed()) {
      if ((await inodeOf(destination)) !== staged.inode) continue;
      if (old === undefined) await rm(destination);
      else await rename(beside(destination, old), destination);
    }
    await this.finish();
  }
}

/** Why files were not replaced together. */
export interface SwapFailure {
  /** The file that could not be replaced. */
  readonly destination: string;
  readonly error: AutotmplError;
  /** The old files could not all be put back: the journal says which, and has to be settled before the next try. */
  readonly isHalfDone: boolean;
}

/** Replaces these files together; undefined where all new ones are in place. Otherwise all old ones are, unless the failure says that it is half done. */
export async function swapTogether(
  files: readonly WaitingFile[],
): Promise<SwapFailure | undefined> {
  const [first] = files as readonly [WaitingFile];
  let { destination } = first;
  let swap: GroupSwap | undefined;
  try {
    swap = await GroupSwap.begin(files);
    for (const entry of swap.entries) {
      ({ destination } = entry);
      await swap.replace(entry);
    }
  } catch (error) {
    const failure = fileError('Cannot write', destination, error);
    const undone = await swap?.undo().catch((reason: unknown) => halfDone(failure, reason));
    return { destination, error: undone ?? failure, isHalfDone: undone !== undefined };
  }
  // The files are in place; a journal that could not be taken away is settled at the next start.
  await swap.finish().catch(() => undefined);
  return undefined;
}

/** The path of a side file of a destination. */
export function beside(destination: string, { name }: NamedFile): string {
  return join(dirname(destination), name);
}

/** The number of a file's inode; undefined where there is no regular file. */
export async function inodeOf(path: string): Promise<string | undefined> {
  try {
    const stat = await lstat(path, { bigint: true });
    return stat.isFile() ? String(stat.ino) : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function entryOf({ destination, path }: WaitingFile): Promise<JournalEntry> {
  const staged = { name: basename(path), inode: (await inodeOf(path)) ?? '' };
  const inode = await inodeOf(destination);
  if (inode === undefined) return { destination, staged };
  const kept = temporaryPath(destination);
  try {
    await link(destination, kept);
  } catch {
    // Not every file system has links, and a protected file of another user may not be linked.
    await writeCopy(kept, (await readCurrent(destination)) as CurrentFile);
  }
  return { destination, staged, old: { name: basename(kept), inode } };
}

async function removeKept(entries: readonly JournalEntry[]): Promise<void> {
  for (const { destination, old } of entries) {
    // What cannot be removed now is removed at the next start (leftovers.ts).
    if (old !== undefined)
      await rm(beside(destination, old), { force: true }).catch(() => undefined);
  }
}

function mountPoint(destination: string): AutotmplError {
  return new AutotmplError(
    'output',
    `Cannot write ${destination}: it is a mount point, which cannot be replaced by a rename`,
    { advice: 'The files of a group are renamed: mount the folder, and not the single file.' },
  );
}

function halfDone(error: AutotmplError, failure: unknown): AutotmplError {
  return new AutotmplError(
    'output',
    `${describeError(error)}; and the files that were replaced before it could not be put back: ${describeError(failure)}`,
    { advice: 'It is tried again; the old files are kept until then.', cause: error },
  );
}
