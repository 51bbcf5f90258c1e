import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { strangeSign } from '../core/strangers.ts';
import { applyAttributes, sameAttributes } from './attributes.ts';
import { keepBackup } from './backup.ts';
import { fileError } from './file-error.ts';
import type { FileOptions } from './file-options.ts';
import { readCurrent } from './read-destination.ts';

/**
 * Overwrites a file that cannot be renamed over. The path must be resolved and the file must exist. Not atomic: a
 * reader may see a mixture, and a power cut may leave one. Where the new text does not fit, the old one is put back.
 */
export async function writeInPlace(
  path: string,
  text: string | Buffer,
  options: FileOptions,
): Promise<void> {
  try {
    const current = await readCurrent(path);
    if (current === undefined) throw new Error('the file is gone');
    if (options.backup) await keepBackup(path, 'copy', async () => current);
    const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      if (strangeSign(path, await file.stat()) !== undefined) {
        throw new Error(
          'it is the file of another user, or has another name, in a folder that everybody may write to',
        );
      }
      try {
        await overwrite(file, typeof text === 'string' ? Buffer.from(text) : text);
      } catch (error) {
        // The old bytes had room: nothing was cut off yet. If this fails too, the first error is the one to tell.
        await overwrite(file, current.bytes).catch(() => undefined);
        throw error;
      }
    } finally {
      await file.close();
    }
    if (!(await sameAttributes(current.stat, options)))
      await applyAttributes(path, options, current.stat);
  } catch (error) {
    throw fileError('Cannot write in place', path, error);
  }
}

/** The length is set last, so that the file is never empty and what was there keeps its room until the new text stands. */
async function overwrite(file: FileHandle, bytes: Buffer): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const step = await file.write(bytes, written, bytes.length - written, written);
    written += step.bytesWritten;
  }
  await file.sync();
  await file.truncate(bytes.length);
  await file.sync();
}
