import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ExchangeError } from './exchange-error.ts';

/** Consul's own limit for one KV value is 512 kB: beyond this something is wrong. */
export const MAX_BODY_BYTES = 64 * 1024 * 1024;

/** A body as the server meant it. Rejects with an {@link ExchangeError} where it does not unpack, or becomes larger than `mostBytes`. */
export async function unpackBody(
  body: Buffer,
  encoding: string | undefined,
  mostBytes = MAX_BODY_BYTES,
): Promise<Buffer> {
  if (encoding !== 'gzip' || body.length === 0) return body;
  try {
    return await promisify(gunzip)(body, { maxOutputLength: mostBytes });
  } catch (error) {
    const tooLarge = error instanceof RangeError;
    throw new ExchangeError(tooLarge ? 'tooLarge' : 'cut', error);
  }
}
