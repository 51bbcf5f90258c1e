import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Value } from '../values.ts';

/** What a leader shares is headed by this; another number is another way to write it. */
const STAMP = 'autotmpl-shared/1 ';
/** Consul takes no longer value (https://developer.hashicorp.com/consul/docs/agent/config/config-files#kv_max_value_size). */
const MOST_BYTES = 512 * 1024;
/** What is unpacked is no longer than this, whatever it was packed from. */
const MOST_UNPACKED_BYTES = 16 * 1024 * 1024;

/** Answers by the ids of their queries, as they were read: of no known shape. */
export type Shared = ReadonlyMap<string, unknown>;

/** What was written in the name of a lock. */
export interface Parcel {
  readonly text: string;
  /** Queries whose answers had no room. */
  readonly leftOut: readonly string[];
}

/** Why a text is no parcel of ours. */
export class ParcelError extends Error {
  override readonly name = 'ParcelError';
}

/** Packs answers for others, the shortest first, as far as there is room: at most `mostBytes`. */
export async function pack(
  answers: ReadonlyMap<string, Value>,
  mostBytes = MOST_BYTES,
): Promise<Parcel> {
  const entries = [...answers]
    .map(([id, value]) => [id, JSON.stringify([id, value])] as const)
    .sort(([, one], [, other]) => one.length - other.length);
  const jsons = entries.map(([, json]) => json);
  const whole = await packed(jsons);
  if (whole.length <= mostBytes) return { text: whole, leftOut: [] };
  let [text, fits, tooMany] = [await packed([]), 0, entries.length];
  while (tooMany - fits > 1) {
    const count = Math.floor((fits + tooMany) / 2);
    const tried = await packed(jsons.slice(0, count));
    if (tried.length <= mostBytes) [text, fits] = [tried, count];
    else tooMany = count;
  }
  return { text, leftOut: entries.slice(fits).map(([id]) => id) };
}

/** Unpacks what a leader wrote. Rejects with a ParcelError that says why it is of no use. */
export async function unpack(text: string): Promise<Shared> {
  if (!text.startsWith(STAMP)) {
    throw new ParcelError('it was written by another version, or by something else');
  }
  const bytes = Buffer.from(text.slice(STAMP.length), 'base64');
  let parsed: unknown;
  try {
    const json = await promisify(inflateRaw)(bytes, { maxOutputLength: MOST_UNPACKED_BYTES });
    parsed = JSON.parse(json.toString('utf8'));
  } catch {
    throw new ParcelError('it is damaged');
  }
  const isList = Array.isArray(parsed) && parsed.every((entry) => isEntry(entry));
  if (!isList) throw new ParcelError('it is no list of answers');
  return new Map(parsed as (readonly [string, unknown])[]);
}

function isEntry(entry: unknown): boolean {
  return Array.isArray(entry) && entry.length === 2 && typeof entry[0] === 'string';
}

async function packed(entries: readonly string[]): Promise<string> {
  const bytes = await promisify(deflateRaw)(Buffer.from(`[${entries.join(',')}]`, 'utf8'));
  return `${STAMP}${bytes.toString('base64')}`;
}
