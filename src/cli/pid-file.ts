import { constants } from 'node:fs';
import { open, readFile, rm } from 'node:fs/promises';

import { AutotmplError, describeError } from '../core/errors.ts';
import { strangeSign } from '../core/strangers.ts';

/** Writes our process id for service managers; returns what takes it away again, unless somebody else has written it since. */
export async function writePidFile(path: string): Promise<() => Promise<void>> {
  const text = `${process.pid}\n`;
  try {
    const { O_CREAT, O_WRONLY, O_NOFOLLOW, O_NONBLOCK } = constants;
    const file = await open(path, O_CREAT | O_WRONLY | O_NOFOLLOW | O_NONBLOCK, 0o644);
    try {
      // Looked at before a byte of it is changed.
      const present = await file.stat();
      if (!present.isFile()) throw new Error('it is no file');
      if (strangeSign(path, present) !== undefined) {
        throw new Error(
          'it is the file of another user, or has another name elsewhere, and everybody may write to its folder',
        );
      }
      await file.truncate();
      await file.writeFile(text);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new AutotmplError(
      'output',
      `cannot write the pid file ${path}: ${describeError(error)}`,
      {
        advice:
          'its folder must exist, best one that only we may write to, and it must not be a symbolic link',
        cause: error,
      },
    );
  }
  return async () => {
    const present = await readFile(path, 'utf8').catch(() => '');
    if (present === text) await rm(path, { force: true }).catch(() => undefined);
  };
}
