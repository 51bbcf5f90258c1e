import { readdir, stat } from 'node:fs/promises';
import { join, normalize, resolve } from 'node:path';
import { AutotmplError, systemCode } from '../core/errors.ts';
import { CASE_FILE_NAME } from './read-cases.ts';

/** A file of cases: as people know it, and where it is. */
export interface FoundFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/**
 * The files of cases below these folders, in the order of their names, and those that are named themselves, however they are called.
 * Left out are node_modules, folders whose names begin with a dot, and links. Throws an AutotmplError (`usage`) for a path that is not there.
 */
export async function findCaseFiles(
  places: readonly string[],
  cwd: string,
): Promise<readonly FoundFile[]> {
  const found = new Map<string, FoundFile>();
  for (const place of places) {
    for (const name of await filesAt(place, cwd)) {
      const path = resolve(cwd, name);
      if (!found.has(path)) found.set(path, { name, path });
    }
  }
  return [...found.values()];
}

async function filesAt(place: string, cwd: string): Promise<readonly string[]> {
  try {
    const entry = await stat(resolve(cwd, place));
    return entry.isDirectory() ? await filesBelow(place, cwd) : [normalize(place)];
  } catch (error) {
    const why =
      systemCode(error) === 'ENOENT'
        ? 'there is no such file or folder'
        : `it cannot be read (${systemCode(error) ?? String(error)})`;
    throw new AutotmplError('usage', `${place}: ${why}`, { cause: error });
  }
}

async function filesBelow(folder: string, cwd: string): Promise<readonly string[]> {
  const entries = await readdir(resolve(cwd, folder), { withFileTypes: true });
  const names: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const name = join(folder, entry.name);
    if (entry.isDirectory() && entry.name !== 'node_modules' && !entry.name.startsWith('.')) {
      names.push(...(await filesBelow(name, cwd)));
    } else if (entry.isFile() && CASE_FILE_NAME.test(entry.name)) {
      names.push(name);
    }
  }
  return names;
}
