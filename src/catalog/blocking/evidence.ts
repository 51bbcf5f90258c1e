import { createHash } from 'node:crypto';
import { hashInSlices } from '../../core/hash-in-slices.ts';
import type { HttpReply } from '../http/exchange.ts';
import type { BlockingServer } from './server.ts';

/** A longer answer is not kept only to know it again. */
const SHORT_BYTES = 1024;

/** What a good answer says beside its value. */
export interface Evidence {
  /** At which it was true; 0 where it says none. */
  readonly index: number;
  /** Stands for the body, so that an equal one is known again. */
  readonly digest: string;
  /** Whether the servers say that they left something out which the token may not read. */
  readonly isFiltered: boolean;
}

/** Reads what an answer says beside its value, in slices where it is long. Rejects with the signal's reason. */
export async function evidenceOf(
  reply: HttpReply,
  server: BlockingServer,
  signal: AbortSignal,
): Promise<Evidence> {
  const { filteredHeader } = server;
  return {
    index: indexOf(reply, server) ?? 0,
    digest: await digestOf(reply, signal),
    isFiltered: filteredHeader !== undefined && reply.headers[filteredHeader] === 'true',
  };
}

/** The index of an answer; undefined where it has none. */
export function indexOf({ headers }: HttpReply, server: BlockingServer): number | undefined {
  const header = headers[server.indexHeader];
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;
}

/** A short body stands for itself: to hash it would take Node's crypto, whose loading is a tenth of a short run. */
async function digestOf({ status, body }: HttpReply, signal: AbortSignal): Promise<string> {
  if (body.length <= SHORT_BYTES) return `${status} ${body.toString('latin1')}`;
  const hash = createHash('sha256').update(`${status} `);
  await hashInSlices(hash, body, signal);
  return hash.digest('base64');
}
