import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { CommandLine } from './command-line.ts';

/**
 * A command whose program is named by its path, where its own environment has no PATH to find it by: then it is found by ours. Left
 * as it is where that finds nothing either, and where a shell does the finding.
 */
export function findProgram(
  command: CommandLine,
  env: Readonly<Record<string, string>>,
  searched = process.env.PATH ?? '',
): CommandLine {
  if (typeof command === 'string' || env.PATH !== undefined) return command;
  const [name = '', ...words] = command;
  if (name === '' || name.includes('/')) return command;
  const found = searched
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find(isExecutable);
  return found === undefined ? command : [found, ...words];
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
