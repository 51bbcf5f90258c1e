import type { Dirent } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { inUse } from './in-use.ts';
import { resolveDestination } from './resolve-destination.ts';
import { goodPath, parseTemporaryName, rejectedPath, temporaryPrefix } from './side-names.ts';

/** What is kept beside a file that is to be rolled back. */
const keptPaths = (destination: string): string[] => [
  goodPath(destination),
  rejectedPath(destination),
];

/** What the temporary files of a destination begin with, and those of the note that is replaced as it is. */
const prefixesOf = (name: string): string[] =>
  [name, basename(rejectedPath(name))].map(temporaryPrefix);

/**
 * Deletes the temporary files that killed processes left beside these destinations, and returns their paths. To be called
 * once, before the first write of this process: a file with our own process id is then another's, too. Reads each
 * folder once. Never rejects: what cannot be read or deleted is let be. What is kept for a rollback goes too, except beside `rolledBack`: it would be
 * put back one day, as old as it may be.
 */
export async function removeLeftovers(
  destinations: Iterable<string>,
  rolledBack: Iterable<string> = destinations,
): Promise<string[]> {
  const keeping = new Set([...rolledBack].flatMap(keptPaths));
  const here = await cleanFolders(byFolder(destinations), keeping);
  // A symbolic link that is followed has its temporary files where it ends.
  const there = await cleanFolders(
    byFolder(here.linkEnds),
    new Set(here.linkEnds.flatMap(keptPaths)),
  );
  return [...here.removed, ...there.removed];
}

async function cleanFolders(
  folders: ReadonlyMap<string, ReadonlySet<string>>,
  keeping: ReadonlySet<string>,
): Promise<{ readonly removed: readonly string[]; readonly linkEnds: readonly string[] }> {
  const removed: string[] = [];
  const linkEnds: string[] = [];
  for (const [folder, names] of folders) {
    const entries = await list(folder);
    removed.push(...(await cleanFolder(folder, names, entries, keeping)));
    linkEnds.push(...(await followLinks(folder, names, entries)));
  }
  return { removed, linkEnds };
}

function byFolder(destinations: Iterable<string>): Map<string, Set<string>> {
  const folders = new Map<string, Set<string>>();
  for (const destination of destinations) {
    const folder = dirname(destination);
    const names = folders.get(folder) ?? new Set();
    folders.set(folder, names.add(basename(destination)));
  }
  return folders;
}

async function list(folder: string): Promise<Dirent[]> {
  return readdir(folder, { withFileTypes: true }).catch(() => []);
}

async function cleanFolder(
  folder: string,
  names: ReadonlySet<string>,
  entries: readonly Dirent[],
  keeping: ReadonlySet<string>,
): Promise<string[]> {
  const prefixes = new Set([...names].flatMap(prefixesOf));
  const kept = new Set([...names].flatMap((name) => keptPaths(join(folder, name))));
  const removed: string[] = [];
  for (const entry of entries) {
    const stale = join(folder, entry.name);
    if (kept.has(stale) && !keeping.has(stale)) {
      await rm(stale, { force: true }).catch(() => undefined);
      continue;
    }
    const ours = entry.isFile() ? parseTemporaryName(entry.name) : undefined;
    if (ours === undefined || !prefixes.has(ours.prefix)) continue;
    const path = join(folder, entry.name);
    try {
      if (await inUse(path, ours.pid)) continue;
      await rm(path);
      removed.push(path);
    } catch {
      // Gone already, or not ours to delete.
    }
  }
  return removed;
}

async function followLinks(
  folder: string,
  names: ReadonlySet<string>,
  entries: readonly Dirent[],
): Promise<string[]> {
  const ends: string[] = [];
  for (const entry of entries) {
    if (!entry.isSymbolicLink() || !names.has(entry.name)) continue;
    try {
      ends.push((await resolveDestination(join(folder, entry.name), 'follow')).path);
    } catch {
      // Leads to nothing that we could have written.
    }
  }
  return ends;
}
