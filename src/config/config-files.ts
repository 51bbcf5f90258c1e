import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, resolve } from 'node:path';
import { systemCode } from '../core/errors.ts';
import { CONFIG_EXTENSIONS } from './parsers.ts';
import type { Problem } from './problems.ts';

/** Which files are taken: those with an extension that we know, any one that is named, or all that are found in a folder too. */
export type Takes = 'known' | 'anyFile' | 'everything';

/** The files that a path leads to, in lexical order; what cannot be read is a problem. */
export async function filesAt(
  path: string,
  folder: string,
  takes: Takes,
  problems: Problem[],
): Promise<string[]> {
  try {
    const status = await stat(resolve(folder, path));
    if (status.isDirectory()) return await filesBelow(path, folder, takes);
  } catch (error) {
    problems.push(unreadable(path, error));
    return [];
  }
  if (takes !== 'known' || isKnown(path)) return [path];
  const extension = extname(path);
  problems.push({
    file: path,
    message: `cannot tell what kind of config this is by ${extension === '' ? 'a name without extension' : `the extension ${extension}`}`,
    suggestion: `use one of ${CONFIG_EXTENSIONS.join(', ')}, or say whose it is with -dialect`,
  });
  return [];
}

function isKnown(path: string): boolean {
  return CONFIG_EXTENSIONS.includes(extname(path));
}

async function filesBelow(path: string, workingFolder: string, takes: Takes): Promise<string[]> {
  const files: string[] = [];
  const entries = await readdir(resolve(workingFolder, path), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    // consul-template takes all files; but what begins with two dots is Kubernetes' own.
    if (entry.name.startsWith(takes === 'everything' ? '..' : '.')) continue;
    const inner = join(path, entry.name);
    if (entry.isDirectory()) files.push(...(await filesBelow(inner, workingFolder, takes)));
    else if (
      (takes === 'everything' || isKnown(entry.name)) &&
      (await isFile(resolve(workingFolder, inner)))
    ) {
      files.push(inner);
    }
  }
  return files;
}

/** A link that leads nowhere counts as a file, so that it is reported and not passed over. */
async function isFile(path: string): Promise<boolean> {
  try {
    return !(await stat(path)).isDirectory();
  } catch {
    return true;
  }
}

/** The text of a file; undefined, and a problem, where it cannot be read. */
export async function readText(
  file: string,
  workingFolder: string,
  problems: Problem[],
): Promise<string | undefined> {
  try {
    const text = await readFile(resolve(workingFolder, file), 'utf8');
    return text.replace(/^\uFEFF/, '');
  } catch (error) {
    problems.push(unreadable(file, error));
    return undefined;
  }
}

function unreadable(file: string, error: unknown): Problem {
  const code = systemCode(error);
  if (code === 'ENOENT')
    return { file, message: 'there is no such file', suggestion: 'see -config' };
  return { file, message: `cannot be read (${code ?? String(error)})` };
}
