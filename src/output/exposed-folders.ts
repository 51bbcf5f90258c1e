import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isForEverybody } from '../core/strangers.ts';
import { realPathOf } from './claim.ts';

const STICKY = 0o1000;

/**
 * Folders in which, or below which, these destinations are, and where everybody may replace what others made: everybody may write
 * there, and no sticky bit (`/tmp` has one) keeps names from being taken away. Folders that are not there yet have no say.
 */
export async function exposedFolders(destinations: Iterable<string>): Promise<readonly string[]> {
  const folders = new Set<string>();
  // Side by side: one after the other, each would wait for its turn of a loop that is busy with the first answers, for half a minute with a thousand.
  for (const path of await Promise.all(Array.from(destinations, realPathOf))) {
    let folder = dirname(path);
    while (!folders.has(folder)) {
      folders.add(folder);
      folder = dirname(folder);
    }
  }
  const found: string[] = [];
  for (const folder of folders) {
    const entry = await stat(folder).catch(() => undefined);
    if (entry !== undefined && isForEverybody(entry) && (entry.mode & STICKY) === 0) {
      found.push(folder);
    }
  }
  return found;
}
