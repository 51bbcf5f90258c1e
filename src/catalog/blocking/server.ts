import type { ServerWords } from '../http/server.ts';

/** What a server with blocking queries calls the same things: Consul's and Nomad's differ in little more than names. */
export interface BlockingServer extends ServerWords {
  /** Header of a request that carries the token; in small letters, as all here. */
  readonly tokenHeader: string;
  /** Header of an answer: the index at which it was true. */
  readonly indexHeader: string;
  /** Header of an answer: whether the servers have a leader. */
  readonly leaderHeader: string;
  /** Header of an answer: how many milliseconds ago the server that gave it had heard from the leader. */
  readonly lastContactHeader?: string;
  /** What to do where others than the leader answer, though it was asked. */
  readonly staleAdvice?: string;
  /** Header of an answer: whether something was left out of it which the token may not read. */
  readonly filteredHeader?: string;
  /** What a 500 says where a query names a datacenter or region that nobody knows, and what to do then. */
  readonly unknownPlace: { readonly said: RegExp; readonly advice: string };
}
