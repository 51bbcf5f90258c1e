import type { Hash } from 'node:crypto';
import { Slices } from './slices.ts';

/** So much is hashed in less than two milliseconds. */
const AT_ONCE = 256 * 1024;

/** Adds bytes or a text to a hash: at once where it is short, else in slices. Rejects with the signal's reason. */
export async function hashInSlices(
  hash: Hash,
  data: Buffer | string,
  signal?: AbortSignal,
): Promise<void> {
  if (data.length <= AT_ONCE) {
    hash.update(data);
    return;
  }
  const slices = new Slices(signal);
  for (let at = 0; at < data.length; at += AT_ONCE) {
    if (slices.isOver) await slices.turn();
    const end = at + AT_ONCE;
    hash.update(typeof data === 'string' ? data.slice(at, end) : data.subarray(at, end));
  }
}
