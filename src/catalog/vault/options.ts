import type { HttpAddress, TlsOptions } from '../http/options.ts';

/** How to reach a Vault server, and who we are to it. */
export interface VaultOptions {
  readonly address: HttpAddress;
  /** Vault's own namespace (Enterprise), sent as `X-Vault-Namespace`. */
  readonly namespace?: string;
  /**
   * File in which a Vault agent keeps a token; read again when it changes. The agent renews that token, so we never do. Wins over
   * everything else.
   */
  readonly tokenFile?: string;
  /** The token itself. */
  readonly token?: string;
  /** Read where neither of the above was given, if it is there: `~/.vault-token`, as `vault login` leaves it. */
  readonly loginTokenFile?: string;
  /** The token is a wrapping token: the real one is unwrapped with it once, at the start. */
  readonly unwrapToken: boolean;
  /** Whether our own token is renewed. A token of `tokenFile` never is. */
  readonly renewToken: boolean;
  /** Logs in with a Kubernetes service account; a token given by any of the above wins. */
  readonly kubernetes?: VaultKubernetesOptions;
  /** When a secret without a lease is read again, in milliseconds. */
  readonly defaultLeaseMs: number;
  /** Which part of a lease, from 0 to 1, has to pass before a secret that cannot be renewed is read again. */
  readonly leaseRenewalThreshold: number;
  /** What is sent as `User-Agent`. */
  readonly userAgent?: string;
  readonly tls: TlsOptions;
  /** No more sockets than this are ever open to the server. */
  readonly maxConnections: number;
}

/** A login by Vault's Kubernetes auth method. */
export interface VaultKubernetesOptions {
  readonly role: string;
  /** Where the auth method is mounted. */
  readonly mountPath: string;
  /** The service account's token itself; wins over its file. */
  readonly serviceAccountToken?: string;
  /** Absolute path of the file that holds the service account's token; read anew for each login. */
  readonly serviceAccountTokenFile: string;
}

/** The address of the Vault CLI where nobody names one. */
export const DEFAULT_VAULT_ADDRESS = 'https://127.0.0.1:8200';

/** consul-template's `default_lease_duration`. */
export const DEFAULT_LEASE_MS = 5 * 60_000;

/** consul-template's `lease_renewal_threshold`. */
export const DEFAULT_LEASE_RENEWAL_THRESHOLD = 0.9;

/** Where Kubernetes puts a pod's token. */
export const SERVICE_ACCOUNT_TOKEN_FILE = '/run/secrets/kubernetes.io/serviceaccount/token';

/** Where Vault's Kubernetes auth method is where nobody moved it. */
export const KUBERNETES_MOUNT_PATH = 'auth/kubernetes';

/** Secrets are asked for one after the other, and no request blocks: a few connections serve hundreds of them. */
export const DEFAULT_VAULT_CONNECTIONS = 16;
