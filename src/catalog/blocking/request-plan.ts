import type { HttpReply } from '../http/exchange.ts';
import type { Value } from '../values.ts';
import type { RelaxedReads } from './reads.ts';

/** Asks the agent something on the side, without waiting; rejects for anything that is no answer to this query. */
export type Get = (path: string) => Promise<HttpReply>;

/** Asks the agent something on the side, without waiting; any status is an answer. */
export type Ask = (path: string) => Promise<HttpReply>;

/**
 * What the servers say of a token's right to read what is missing: `granted` for all that was asked about, which rule is `missing`, or `unknown`.
 * `blind`: they do not say, but show no longer what they always have.
 */
export type Finding = 'granted' | 'unknown' | 'blind' | { readonly missing: string };

/** By what it is told whether an answer has lost something, and whether the token is the reason. */
export interface Scrutiny {
  /** How many members a value has. */
  readonly size: (value: Value) => number;
  /** Whether an answer without members is asked about where it is the first of all, too. */
  readonly fromFirst: boolean;
  /**
   * Finds out whether the token may read what `found` lacks; `known` is the last good value, if there is one. Where the loss is not grave, nothing
   * is asked about that `found` itself shows.
   */
  readonly findRights: (
    known: Value | undefined,
    found: Value,
    ask: Ask,
    isGrave: boolean,
  ) => Promise<Finding>;
}

/** Looks on while a query is asked. */
export interface Observer {
  /** Called with each reply, whatever it says, before it is judged. */
  readonly heard?: (reply: HttpReply) => void;
  /** Called where there was none: with an ExchangeError, as a rule. */
  readonly failed?: (error: unknown) => void;
}

/** What is known already, as another query had it a moment ago: at which index, and whether the server was away or in trouble since. */
export interface Seen {
  readonly index: number;
  readonly isShaken: boolean;
}

/** How a value that is a list, or has one in it, is put together of what `read` gives of parts of a long body. */
export interface PartedReading {
  /** How items are sorted, as `read` sorts those of a part; absent: they stay as they came. */
  readonly order?: ((first: never, second: never) => number) | undefined;
  /** Whether only the last of those counts that are equal in this order. */
  readonly isUnique?: boolean;
  /** The list is not the whole value: it is what one member of a map holds. */
  readonly within?: {
    readonly name: string;
    readonly read: (part: unknown) => readonly unknown[];
    readonly itemsOf: (known: Value) => readonly unknown[];
    /** The value of the map without this member, and of the list. */
    readonly whole: (rest: unknown, items: readonly unknown[]) => Value;
  };
}

/** How one query is put to the HTTP API, and how its answer is read. */
export interface RequestPlan {
  /** What the query is called in messages. */
  readonly label: string;
  /** API path with its parameters, except `index` and `wait`; a function where it has to be found out first. */
  readonly path: string | ((get: Get) => Promise<string>);
  /** `index`: the endpoint blocks until its index grows. `poll`: it cannot, and is asked now and then. */
  readonly follows: 'index' | 'poll';
  /** A 404 with an index says that there is no such thing, which is an answer. */
  readonly mayBeAbsent: boolean;
  /** Whether the answer is usually no longer than a few lines. */
  readonly isShort: boolean;
  /** How many times slower than others it is asked while it churns, if its answers are not heavier still; 1 where absent. */
  readonly weight?: number;
  /** Whether the answer comes from the servers, and so says whether they have a leader. */
  readonly fromServers: boolean;
  /** Absent: only what the leader confirms counts. */
  readonly relaxed?: RelaxedReads | undefined;
  /** What a bell calls it by that rings for whatever may change the answer; absent: there is no such bell. */
  readonly rungAs?: string | undefined;
  /** Parameter by which the agent gives what it had last while no server answers; absent: it keeps none of this. */
  readonly fallback?: string;
  /** The ACL rule that lets a token ask this. */
  readonly aclRule: string;
  /** The first server that has this endpoint: one that does not know it can never answer. */
  readonly since?: string;
  /** Turns a body into a value; `null` is the body of an absent thing. Throws a ShapeError where it cannot. */
  readonly read: (body: unknown) => Value;
  /** How a long body is read a part at a time. Absent: it is read at once. */
  readonly inParts?: PartedReading | undefined;
  /** Absent: every good answer is believed. */
  readonly scrutiny?: Scrutiny | undefined;
  readonly observer?: Observer;
  /** A longer answer is not read to its end, but trouble of the kind `tooLarge`; absent: only what is too long for any query. */
  readonly mostBytes?: () => number;
  /** Where what is known already comes from; absent: it was good at another time. */
  readonly seen?: Seen;
  /** Goes on from a value that was read to the one that was asked for. */
  readonly refine?: (value: Value, get: Get) => Promise<Value>;
}

/** Most endpoints are like this. */
export const INDEXED = {
  follows: 'index',
  mayBeAbsent: false,
  fromServers: true,
  isShort: false,
} as const;
