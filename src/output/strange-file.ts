import type { Stats } from 'node:fs';
import { lstat } from 'node:fs/promises';
import { isOurs, strangeSign, type StrangeSign } from '../core/strangers.ts';

/**
 * As `strangeSign`, of a file that is put back and kept at the same time: where the disk is full, both are one file with two names. `other` is
 * the one that it may have beside its own; a third, or one elsewhere, is as strange as ever.
 */
export async function strangeSignOf(
  path: string,
  file: Stats,
  other: string,
): Promise<StrangeSign | undefined> {
  const sign = strangeSign(path, file);
  if (sign !== 'link' || file.nlink !== 2 || !isOurs(file)) return sign;
  const twin = await lstat(other).catch(() => undefined);
  return twin?.dev === file.dev && twin.ino === file.ino ? undefined : sign;
}
