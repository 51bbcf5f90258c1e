import type { Dirent } from 'node:fs';
import { readdir, readFile, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { resolveDestination } from './resolve-destination.ts';
import { goodPath, parseTemporaryName, rejectedPath, temporaryPrefix } from './side-names.ts';

/** A write takes seconds at the most: whatever is older was left, whoever has its process id now. */
const LONGEST_WRITE_MS = 3_600_000;
/** The unit of times in /proc on every Linux that runs Node: USER_HZ (time(7)). */
const TICKS_PER_SECOND = 100;

/** What is kept beside a file that is to be rolled back. */
const keptPaths = (destination: string): string[] => [
  goodPath(destination),
  rejectedPath(destination),
];

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
  const prefixes = new Set([...names].map(temporaryPrefix));
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

/** Whether a process that may have made the file is still at it. */
async function inUse(path: string, pid: number): Promise<boolean> {
  if (pid === process.pid || !isAlive(pid)) return false;
  const madeAtMs = (await stat(path)).mtimeMs;
  if (Date.now() - madeAtMs > LONGEST_WRITE_MS) return false;
  // Process ids come again, in a container within seconds: who started after the file was made did not make it.
  const startedAtMs = await startOf(pid);
  return startedAtMs === undefined || startedAtMs <= madeAtMs + 1000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** When a process started, in milliseconds since the epoch; undefined where /proc does not say (proc(5)). */
async function startOf(pid: number): Promise<number | undefined> {
  try {
    const record = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program may hold spaces and brackets; the fields after it are plain. The 22nd field of all.
    const ticks = Number(record.slice(record.lastIndexOf(')') + 2).split(' ')[19]);
    const uptimeSeconds = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
    const startedAtMs = Date.now() - (uptimeSeconds - ticks / TICKS_PER_SECOND) * 1000;
    return Number.isFinite(startedAtMs) ? startedAtMs : undefined;
  } catch {
    return undefined;
  }
}
