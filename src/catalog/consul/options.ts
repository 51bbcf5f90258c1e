import type { RelaxedReads } from '../blocking/reads.ts';
import type { ConnectionRules, HttpAddress, TlsOptions } from '../http/options.ts';
import type { RetryRules } from '../http/retry.ts';
import type { CatalogQuery } from '../query.ts';

/** How to reach and question a Consul agent. */
export interface ConsulOptions {
  readonly address: ConsulAddress;
  /** The ACL token itself. */
  readonly token?: string;
  /** File that holds the token; read again when it changes or when the agent refuses the token. Wins over `token`. */
  readonly tokenFile?: string;
  /** User and password for HTTP basic authentication. */
  readonly auth?: { readonly username: string; readonly password: string };
  readonly namespace?: string;
  readonly partition?: string;
  readonly tls: ConsulTls;
  /** Longest time that the agent may hold one blocking query, in milliseconds. */
  readonly waitMs: number;
  /** No more sockets than this are ever open to the agent. */
  readonly maxConnections: number;
  /** Who may answer beside the leader; absent: nobody. */
  readonly reads?: RelaxedReads | undefined;
  /** Who may answer some queries in particular; the first that is about a query counts. */
  readonly readsOf?: readonly ReadsOf[] | undefined;
  /** So many keys are followed by themselves before any are collapsed to watches of prefixes; absent: as many as there is room for. */
  readonly collapseFrom?: number;
  readonly retry?: RetryRules;
  readonly connections?: ConnectionRules;
}

/** Where the agent listens. */
export type ConsulAddress = HttpAddress;

/** TLS with the agent. */
export type ConsulTls = TlsOptions;

/** The wait of one blocking query where nobody says otherwise: it bounds how long a silent loss of the index can go unseen. */
export const DEFAULT_WAIT_MS = 60_000;

/** Consul's consistency modes, as far as they are of use here, and `auto`, which is `stale` in a crowd: who may answer a read. */
export const CONSISTENCIES = ['default', 'stale', 'cached', 'auto'] as const;
/** One of {@link CONSISTENCIES}. */
export type Consistency = (typeof CONSISTENCIES)[number];

/** From so many members of a datacenter on, the leader is spared by `auto`. */
export const CROWD = 1000;

/** Whether it has to be known how many members the datacenter has. */
export function needsCensus({ reads, readsOf = [] }: Pick<ConsulOptions, 'reads' | 'readsOf'>) {
  return [reads, ...readsOf.map((rule) => rule.reads)].some(
    (one) => one?.fromMembers !== undefined,
  );
}

/** What such reads are called in a config. */
export function consistencyName(reads: RelaxedReads | undefined): Consistency {
  return reads?.fromMembers === undefined ? (reads?.mode ?? 'default') : 'auto';
}

/** Who may answer some of the queries. */
export interface ReadsOf {
  /** A kind (`services`), or the name that `autotmpl status` shows a query by, where `*` stands for any characters (`service(web*)`). */
  readonly queries: string;
  /** Absent: nobody beside the leader. */
  readonly reads: RelaxedReads | undefined;
}

/** Kinds of queries that others than the leader can answer. `tree` is that of `ls` as well. */
export const RELAXED_KINDS = [
  'service',
  'connect',
  'services',
  'node',
  'nodes',
  'key',
  'tree',
] as const satisfies readonly CatalogQuery['kind'][];

/** Whether a pattern is of a kind that has a choice. */
export function isReadsPattern(queries: string): boolean {
  const [kind = '', rest] = queries.split(/(?=\()/);
  if (rest !== undefined && !queries.endsWith(')')) return false;
  return (RELAXED_KINDS as readonly string[]).includes(kind);
}

/** How old a stale or cached answer may be where nobody says otherwise; consul-template's own. */
export const DEFAULT_MAX_STALE_MS = 2000;

/** Half of what a default agent grants one address (`limits.http_max_conns_per_client` is 200), so that others are served too. */
export const DEFAULT_MAX_CONNECTIONS = 100;
