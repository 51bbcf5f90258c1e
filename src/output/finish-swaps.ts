import { rm } from 'node:fs/promises';
import { describeError } from '../core/errors.ts';
import type { FoundJournals } from './find-journals.ts';
import { beside, GroupSwap, inodeOf } from './group-swap.ts';
import { inUse } from './in-use.ts';
import { readJournal, type Journal, type JournalEntry } from './journal.ts';

/** What became of a journal that was found. */
export interface SettledJournal {
  readonly path: string;
  /** `finished`: all new files are in place. `undone`: all old ones are. `refused`: nothing was done, for a reason. */
  readonly outcome: 'finished' | 'undone' | 'refused';
  /** The destinations that it names; none where it could not be read. */
  readonly files: readonly string[];
  readonly reason?: string;
}

/**
 * Finishes what a process that was killed had begun with files that are replaced together: the new ones are put in place, or where one of them is gone,
 * the old ones. To be called before leftovers are removed, since both are among them. Never rejects.
 */
export async function finishSwaps({
  paths,
  destinations,
}: FoundJournals): Promise<SettledJournal[]> {
  const settled: SettledJournal[] = [];
  for (const path of paths) {
    let files: readonly string[] = [];
    try {
      const journal = await readJournal(path, destinations);
      files = journal.entries.map(({ destination }) => destination);
      // A process that is still at it finishes by itself.
      if (await inUse(path, journal.pid)) continue;
      settled.push({ path, files, ...(await settle(path, journal)) });
    } catch (error) {
      settled.push({ path, files, outcome: 'refused', reason: describeError(error) });
    }
  }
  return settled;
}

/** How a file stands: `new` is in place; `waits` is the old one in place, with the new one beside it; `old` the same without; `foreign` is neither. */
type State = 'new' | 'waits' | 'old' | 'foreign';

async function settle(
  path: string,
  { entries }: Journal,
): Promise<Pick<SettledJournal, 'outcome' | 'reason'>> {
  const swap = new GroupSwap(entries, path);
  const states = await Promise.all(entries.map(stateOf));
  if (states.includes('foreign')) {
    await rm(path);
    return { outcome: 'refused', reason: 'somebody else has changed its files since' };
  }
  if (!states.includes('old')) {
    try {
      for (const [index, entry] of entries.entries()) {
        if (states[index] === 'waits') await swap.replace(entry);
      }
      await swap.finish();
      return { outcome: 'finished' };
    } catch {
      // What cannot be finished is undone.
    }
  }
  await swap.undo();
  return { outcome: 'undone' };
}

async function stateOf({ destination, staged, old }: JournalEntry): Promise<State> {
  const now = await inodeOf(destination);
  if (now === staged.inode) return 'new';
  if (now !== old?.inode) return 'foreign';
  return (await inodeOf(beside(destination, staged))) === staged.inode ? 'waits' : 'old';
}
