import { createHash } from 'node:crypto';
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

/** Reads what an answer says beside its value. */
export function evidenceOf(reply: HttpReply, server: BlockingServer): Evidence {
  const { filteredHeader } = server;
  return {
    index: indexOf(reply, server) ?? 0,
    digest: digestOf(reply),
    isFiltered: filteredHeader !== undefined && reply.headers[filteredHeader] === 'true',
  };
}

/** The index of an answer; undefined where it has none. */
export function indexOf({ headers }: HttpReply, server: BlockingServer): number | undefined {
  const header = headers[server.indexHeader];
  return typeof header === 'string' && /^\d+$/.test(header) ? Number(header) : undefined;
}

/** A short body stands for itself: to hash it would take Node's crypto, whose loading is a tenth of a short run. */
function digestOf({ status, body }: HttpReply): string {
  if (body.length <= SHORT_BYTES) return `${status} ${body.toString('latin1')}`;
  return createHash('sha256').update(`${status} `).update(body).digest('base64');
}
