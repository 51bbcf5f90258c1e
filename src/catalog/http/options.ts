/** Where a server's HTTP API listens. */
export type HttpAddress =
  | {
      readonly transport: 'tcp';
      readonly secure: boolean;
      readonly host: string;
      readonly port: number;
      /** Put before every API path, without a slash at its end; empty for none. */
      readonly pathPrefix: string;
    }
  | { readonly transport: 'unix'; readonly socketPath: string };

/** How connections are opened and kept; what is absent is as the transport has it. */
export interface ConnectionRules {
  /** Longest time until a connection is open, in milliseconds. */
  readonly dialTimeoutMs?: number;
  /** Idle time before the system asks whether the other side is still there, in milliseconds. */
  readonly keepAliveMs?: number;
  /** False: a connection for each request. */
  readonly reuse?: boolean;
  /** An idle connection is closed after so many milliseconds. */
  readonly idleTimeoutMs?: number;
  /** No more idle connections than this are kept. */
  readonly maxIdle?: number;
}

/** TLS as HashiCorp's CLIs know it; paths are absolute. */
export interface TlsOptions {
  readonly caFile?: string;
  /** Folder whose files are all certificates to trust. */
  readonly caFolder?: string;
  /** The certificates to trust themselves, as PEM; beside those of the file and the folder. */
  readonly caPem?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly serverName?: string;
  /** False: the server's certificate is not checked. */
  readonly verify: boolean;
}
