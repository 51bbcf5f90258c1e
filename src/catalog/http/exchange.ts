import type { IncomingHttpHeaders } from 'node:http';

/** What is asked. */
export interface HttpRequest {
  /** API path and parameters, both already escaped; the address's own prefix is put before it. */
  readonly path: string;
  /** In small letters; the token among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: GET for a question, PUT for what is written. */
  readonly method?: string;
  /** Whether the answer may come packed: worth it for long ones only, since Consul packs even ten bytes where it may. */
  readonly packed: boolean;
  /** Tells by its head that an answer brings nothing new: it is then given without its body. */
  readonly bringsNothing?: (head: ReplyHead) => boolean;
  /** No longer answer is taken, packed or not; absent: only what no question may be answered with. */
  readonly mostBytes?: number | undefined;
  /** What is written, as JSON; absent: the request is a question. */
  readonly write?: unknown;
  /** Longest time until the whole answer is here. */
  readonly deadlineMs: number;
  /** For a question that waits at the server: how long it may be held there, whether or not anybody listens still. */
  readonly holdsMs?: number;
}

/** What an answer begins with. */
export interface ReplyHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** A whole answer: a body that was cut never becomes one. */
export interface HttpReply extends ReplyHead {
  /** As the server meant it: unpacked where it came packed; empty where it brings nothing new. */
  readonly body: Buffer;
}
