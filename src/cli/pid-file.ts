import { constants } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';

import { AutotmplError, describeError } from '../core/errors.ts';

/** Writes our process id for service managers; returns what takes it away again, unless somebody else has written it since. */
export async function writePidFile(path: string): Promise<() => Promise<void>> {
  const text = `${process.pid}\n`;
  try {
    const flags = constants.O_CREAT | constants.O_WRONLY | constants.O_TRUNC | constants.O_NOFOLLOW;
    const file = await open(path, flags, 0o644);
    try {
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new AutotmplError(
      'output',
      `cannot write the pid file ${path}: ${describeError(error)}`,
      {
        advice: 'its folder must exist, and it must not be a symbolic link',
        cause: error,
      },
    );
  }
  return async () => {
    const present = await readFile(path, 'utf8').catch(() => '');
    if (present === text) await rm(path, { force: true }).catch(() => undefined);
  };
}
