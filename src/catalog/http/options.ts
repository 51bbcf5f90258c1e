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
