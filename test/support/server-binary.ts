import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The server to test with: what the variable names, else the first on PATH or where distributions put it. */
export function serverBinary(program: string, variable: string): string {
  const named = process.env[variable] ?? '';
  if (named !== '') return named;
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const found = folders.map((folder) => join(folder, program)).find(isExecutable);
  if (found === undefined)
    throw new Error(`there is no ${program}: install it, or set ${variable}`);
  return found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
