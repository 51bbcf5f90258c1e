import type { HttpAddress, TlsOptions } from '../http/options.ts';

/** How to reach and question a Nomad agent. */
export interface NomadOptions {
  readonly address: HttpAddress;
  /** The ACL token itself. */
  readonly token?: string;
  /** File that holds the token; read again when it changes or when the agent refuses the token. Wins over `token`. */
  readonly tokenFile?: string;
  /** User and password for HTTP basic authentication. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** Region of queries that name none; absent: the agent's own. */
  readonly region?: string;
  /** Namespace of queries that name none; absent: Nomad's `default`. */
  readonly namespace?: string;
  readonly tls: TlsOptions;
  /** Longest time that the agent may hold one blocking query, in milliseconds. */
  readonly waitMs: number;
  /** No more sockets than this are ever open to the agent. */
  readonly maxConnections: number;
}

/** The address of the Nomad CLI where nobody names one. */
export const DEFAULT_NOMAD_ADDRESS = 'http://127.0.0.1:4646';

/** The wait of one blocking query where nobody says otherwise. */
export const DEFAULT_NOMAD_WAIT_MS = 60_000;

/** Half of what a default agent grants one address (`limits.http_max_conns_per_client` is 100), so that others are served too. */
export const DEFAULT_NOMAD_CONNECTIONS = 50;
