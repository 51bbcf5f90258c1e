import type { Query } from './query.ts';
import type { Value } from './values.ts';

/**
 * The contract between those who need facts and those who have them: a {@link Catalog} keeps the answer to a query current. What can
 * be asked is in `query.ts`, what it is answered with in `values.ts`.
 */

/**
 * What is known about a query.
 *
 * - `fresh`: the catalog said so.
 * - `held`: the catalog is in trouble; `value` is the last good one, or undefined where there was none yet.
 * - `suspect`: the catalog answered, but the answer is not to be believed; `value` as in `held`.
 *
 * `atMs` stands where `value` is from before this watch began: when it was last known to be true, in milliseconds since the epoch.
 *
 * An error is never an absence: nothing but `fresh` may say that something is gone.
 */
export type Answer<T = Value> =
  | { readonly state: 'fresh'; readonly value: T }
  | {
      readonly state: 'held' | 'suspect';
      readonly value: T | undefined;
      readonly reason: Error;
      readonly atMs?: number;
    };

/** How a catalog's server is asked now. */
export interface CatalogTraffic {
  /** The server's name: `Consul`. */
  readonly server: string;
  readonly protocol: 'HTTP/1.1' | 'HTTP/2';
  /** Connections that are open. */
  readonly sockets: number;
  /** No more connections than this are ever open. */
  readonly maxSockets: number;
  /** So many the server grants, which has closed a further one at once; absent: none that we know of. */
  readonly granted?: number;
  /** Requests that are under way: those that wait at the server, above all. */
  readonly exchanges: number;
  /** Queries that share the connections. */
  readonly queries: number;
  /** Watches that no connection is left for to wait on: how many are read every few seconds, and how many when something changes. */
  readonly visited?: { readonly inRounds: number; readonly whenRung: number };
  /** Queries for keys that are asked together: how many, by how many watches of prefixes, and how many of those were undone so far. */
  readonly collapsed?: { readonly keys: number; readonly groups: number; readonly undone: number };
}

/** A source of facts. */
export interface Catalog {
  /** The backend's name, for logs. */
  readonly name: string;
  /**
   * Follows one query: the full value first, then again whenever it may have changed (the caller compares).
   *
   * Trouble is retried inside, for ever, with a capped and jittered delay; it is yielded once as `held` when it
   * begins, and its end as `fresh`. The iteration ends when the signal aborts, and then leaves no socket, timer or
   * watch behind. `known` is the last good value, where the caller has one from before: an answer that has less in it is suspect
   * where the backend has such doubts, and it is the value in trouble. It throws only for a query that can never succeed, with an AutotmplError that says why.
   */
  watch(query: Query, signal: AbortSignal, known?: Value): AsyncIterable<Answer>;
  /** How its server is asked; absent for a catalog that keeps no connections. */
  traffic?(): CatalogTraffic | undefined;
  /** Gives back what the catalog holds beyond its watches (pooled connections, file watches). */
  close(): void;
}
