import { resolve } from 'node:path';
import { homedir } from 'node:os';
import { ADDRESS_FORMS, parseHttpAddress, type Encryption } from '../../catalog/http/address.ts';
import type { HttpAddress, TlsOptions } from '../../catalog/http/options.ts';
import {
  DEFAULT_NOMAD_CONNECTIONS,
  DEFAULT_NOMAD_WAIT_MS,
  type NomadOptions,
} from '../../catalog/nomad/options.ts';
import { DEFAULT_VAULT_CONNECTIONS, type VaultOptions } from '../../catalog/vault/options.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { FieldValues } from './field-values.ts';

/** Where secrets are read; undefined where nobody names a Vault. Throws an AutotmplError for an address that is none. */
export function vaultSettings(values: FieldValues, cwd: string): VaultOptions | undefined {
  const address = addressOf(values, 'vault', { port: 8200, bare: 'unlessHttp' });
  if (address === undefined) return undefined;
  const path = (name: string) => resolved(values, `vault.${name}`, cwd);
  const text = (name: string) => values.get('text', `vault.${name}`);
  const tokenFile = path('vault_agent_token_file');
  const token = text('token');
  const namespace = text('namespace');
  const userAgent = text('client_user_agent');
  const role = text('k8s_auth_role_name');
  const serviceAccountToken = text('k8s_service_account_token');
  const renew = values.get('flag', 'vault.renew_token');
  return {
    address,
    ...(namespace !== undefined && { namespace }),
    ...(tokenFile !== undefined && { tokenFile }),
    ...(token !== undefined && { token }),
    loginTokenFile: resolve(homedir(), '.vault-token'),
    unwrapToken: values.need('flag', 'vault.unwrap_token'),
    renewToken: renew ?? tokenFile === undefined,
    ...(role !== undefined && {
      kubernetes: {
        role,
        mountPath: values.need('text', 'vault.k8s_service_mount_path'),
        ...(serviceAccountToken !== undefined && { serviceAccountToken }),
        serviceAccountTokenFile: path('k8s_service_account_token_path') ?? '',
      },
    }),
    defaultLeaseMs: values.need('duration', 'vault.default_lease_duration'),
    leaseRenewalThreshold: values.need('fraction', 'vault.lease_renewal_threshold'),
    ...(userAgent !== undefined && { userAgent }),
    tls: tlsOf(values, 'vault', cwd),
    maxConnections: connectionsOf(values, 'vault', DEFAULT_VAULT_CONNECTIONS),
  };
}

/** Where Nomad's services and variables are read; undefined where nobody names a Nomad. Throws an AutotmplError for an address that is none. */
export function nomadSettings(values: FieldValues, cwd: string): NomadOptions | undefined {
  const address = addressOf(values, 'nomad', { port: 4646, bare: 'asWritten' });
  if (address === undefined) return undefined;
  const text = (name: string) => values.get('text', `nomad.${name}`);
  const [token, namespace, username] = [text('token'), text('namespace'), text('auth_username')];
  return {
    address,
    ...(token !== undefined && { token }),
    ...(username !== undefined && { auth: { username, password: text('auth_password') ?? '' } }),
    ...(namespace !== undefined && { namespace }),
    tls: tlsOf(values, 'nomad', cwd),
    waitMs: DEFAULT_NOMAD_WAIT_MS,
    maxConnections: connectionsOf(values, 'nomad', DEFAULT_NOMAD_CONNECTIONS),
  };
}

/** An address without a scheme has the one that the server's own tools take it for. */
function addressOf(
  values: FieldValues,
  server: 'vault' | 'nomad',
  { port, bare }: { readonly port: number; readonly bare: Encryption },
): HttpAddress | undefined {
  const said = values.said(`${server}.address`);
  if (said === undefined || values.get('flag', `${server}.enabled`) === false) return undefined;
  const written = String(said.value);
  const isSecure = values.said(`${server}.ssl.enabled`)?.value === true;
  const address = parseHttpAddress(written, port, isSecure ? 'always' : bare);
  if (address !== undefined) return address;
  // Before an @ in an address stands a password.
  const found = written.includes('@') ? 'an address with credentials' : JSON.stringify(written);
  throw new AutotmplError(
    said.origin.startsWith('-') ? 'usage' : 'config',
    `${said.origin}: expected ${ADDRESS_FORMS}, found ${found}`,
  );
}

function tlsOf(values: FieldValues, server: string, cwd: string): TlsOptions {
  const path = (name: string) => resolved(values, `${server}.ssl.${name}`, cwd);
  const [caFile, caFolder] = [path('ca_cert'), path('ca_path')];
  const [certFile, keyFile] = [path('cert'), path('key')];
  const serverName = values.get('text', `${server}.ssl.server_name`);
  const caPem = server === 'vault' ? values.get('text', 'vault.ssl.ca_cert_bytes') : undefined;
  return {
    ...(caFile !== undefined && { caFile }),
    ...(caFolder !== undefined && { caFolder }),
    ...(caPem !== undefined && { caPem }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
    ...(serverName !== undefined && { serverName }),
    verify: values.need('flag', `${server}.ssl.verify`),
  };
}

function connectionsOf(values: FieldValues, server: string, fallback: number): number {
  return values.get('integer', `${server}.transport.max_conns_per_host`) || fallback;
}

function resolved(values: FieldValues, path: string, cwd: string): string | undefined {
  const written = values.get('path', path);
  return written === undefined ? undefined : resolve(cwd, written);
}
