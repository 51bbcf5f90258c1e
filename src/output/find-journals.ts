import type { Dirent } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { resolveDestination } from './resolve-destination.ts';
import { journalPath } from './side-names.ts';

/** Journals that lie beside destinations, and whose they may be. */
export interface FoundJournals {
  readonly paths: readonly string[];
  /** The destinations, symbolic links at their ends followed: a journal may name these, and no others. */
  readonly destinations: ReadonlySet<string>;
}

/** Looks for journals beside these destinations. Reads each folder once; never rejects. */
export async function findJournals(destinations: Iterable<string>): Promise<FoundJournals> {
  const folders = new Map<string, ReadonlyMap<string, Dirent>>();
  const namesIn = async (folder: string): Promise<ReadonlyMap<string, Dirent>> => {
    const known = folders.get(folder);
    if (known !== undefined) return known;
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    const names = new Map(entries.map((entry) => [entry.name, entry]));
    folders.set(folder, names);
    return names;
  };
  const real = new Set<string>();
  for (const destination of destinations) {
    const entry = (await namesIn(dirname(destination))).get(basename(destination));
    real.add(entry?.isSymbolicLink() === true ? await endOf(destination) : destination);
  }
  const paths: string[] = [];
  for (const path of [...real].map(journalPath)) {
    if ((await namesIn(dirname(path))).has(basename(path))) paths.push(path);
  }
  return { paths, destinations: real };
}

async function endOf(link: string): Promise<string> {
  // What leads to nothing that we could have written is no file of a group.
  return (await resolveDestination(link, 'follow').catch(() => undefined))?.path ?? link;
}
