import { fingerprint } from './fingerprint.ts';

/**
 * What can be asked of Vault, and what it is answered with. Field names are consul-template's, since templates print them. Every
 * value is a secret: whoever shows anything of it masks it first.
 */

/** Names and texts that are sent along, sorted by name. */
export type VaultData = Readonly<Record<string, string>>;

/** A secret that is read. KV version 2 is found out by the backend: the path may lack its `data/`. */
export interface VaultReadQuery {
  readonly kind: 'vaultRead';
  /** Without slashes at its ends. */
  readonly path: string;
  /** Parameters of the request: `version` for KV version 2. */
  readonly parameters: VaultData;
}

/** A secret that Vault makes for what is written: issued, signed, logged in. */
export interface VaultWriteQuery {
  readonly kind: 'vaultWrite';
  readonly path: string;
  readonly data: VaultData;
}

/** The names below a path. */
export interface VaultListQuery {
  readonly kind: 'vaultList';
  readonly path: string;
}

/** A certificate with its key. */
export interface VaultPkiQuery {
  readonly kind: 'vaultPki';
  readonly path: string;
  readonly data: VaultData;
  /** Absolute path of the file that is rendered: it may hold a certificate that is still good. */
  readonly destination?: string;
}

/** All that Vault can be asked. */
export type VaultQuery = VaultReadQuery | VaultWriteQuery | VaultListQuery | VaultPkiQuery;

/** Who a login made us. */
export interface VaultAuth {
  readonly ClientToken: string;
  readonly Accessor: string;
  readonly Policies: readonly string[];
  readonly Metadata: Readonly<Record<string, string>>;
  /** In seconds. */
  readonly LeaseDuration: number;
  readonly Renewable: boolean;
}

/** Where a wrapped answer can be fetched. */
export interface VaultWrapInfo {
  readonly Token: string;
  /** In seconds. */
  readonly TTL: number;
  readonly CreationTime: string;
  readonly WrappedAccessor: string;
}

/** An answer of Vault's. For KV version 2 `Data` holds `data` and `metadata`, as the API has it. */
export interface VaultSecret {
  readonly RequestID: string;
  readonly LeaseID: string;
  /** In seconds; 0 for none. */
  readonly LeaseDuration: number;
  readonly Renewable: boolean;
  /** A number that JavaScript would print otherwise than Vault wrote it is a text. */
  readonly Data: Readonly<Record<string, unknown>>;
  readonly Warnings: readonly string[];
  readonly Auth: VaultAuth | null;
  readonly WrapInfo: VaultWrapInfo | null;
}

/** A certificate, its key, and who issued it, as PEM. */
export interface VaultCertificate {
  readonly Cert: string;
  readonly Key: string;
  /** The issuer's certificate. */
  readonly CA: string;
  /** The issuer's certificate and those above it, from the issuer upwards. */
  readonly CAChain: readonly string[];
}

/** What each kind of query to Vault is answered with; `null` says that there is no such secret. */
export interface VaultValueOf {
  vaultRead: VaultSecret | null;
  /** `null`: Vault took what was written, and has nothing to say. */
  vaultWrite: VaultSecret | null;
  /** Sorted; empty where there is nothing. */
  vaultList: readonly string[];
  vaultPki: VaultCertificate;
}

/**
 * A query to Vault as a stable string. What is written may be a secret, so only names are shown, and values take part as a
 * fingerprint that means nothing to another process.
 */
export function vaultQueryId(query: VaultQuery): string {
  switch (query.kind) {
    case 'vaultRead': {
      const parameters = new URLSearchParams(query.parameters).toString();
      return `vaultRead(${query.path}${parameters === '' ? '' : `?${parameters}`})`;
    }
    case 'vaultWrite':
      return `vaultWrite(${query.path}${dataId(query.data)})`;
    case 'vaultList':
      return `vaultList(${query.path})`;
    case 'vaultPki': {
      const destination = query.destination === undefined ? '' : ` -> ${query.destination}`;
      return `vaultPki(${query.path}${dataId(query.data)}${destination})`;
    }
  }
}

function dataId(data: VaultData): string {
  const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : 1));
  if (entries.length === 0) return '';
  return ` ${entries.map(([name]) => name).join(',')} #${fingerprint(entries)}`;
}
