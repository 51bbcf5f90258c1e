import { resolve } from 'node:path';
import type { FieldValues } from './field-values.ts';

const VARIABLES: readonly (readonly [variable: string, path: string])[] = [
  ['CONSUL_HTTP_ADDR', 'consul.address'],
  ['CONSUL_HTTP_TOKEN', 'consul.token'],
  ['CONSUL_HTTP_TOKEN_FILE', 'consul.token_file'],
  ['CONSUL_HTTP_SSL', 'consul.ssl.enabled'],
  ['CONSUL_HTTP_SSL_VERIFY', 'consul.ssl.verify'],
  ['VAULT_ADDR', 'vault.address'],
  ['VAULT_CAPATH', 'vault.ssl.ca_path'],
  ['VAULT_CACERT', 'vault.ssl.ca_cert'],
  ['VAULT_CACERT_BYTES', 'vault.ssl.ca_cert_bytes'],
  ['VAULT_CLIENT_CERT', 'vault.ssl.cert'],
  ['VAULT_CLIENT_KEY', 'vault.ssl.key'],
  ['VAULT_TLS_SERVER_NAME', 'vault.ssl.server_name'],
  ['NOMAD_ADDR', 'nomad.address'],
];

/**
 * What consul-template tells templates and commands of the servers that it works with, as it was written: whatever they start
 * reaches the same ones, with the same rights at Consul. Vault's token is not among it, as there.
 */
export function commandVariables(values: FieldValues, cwd: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [variable, path] of VARIABLES) {
    const said = values.said(path);
    if (said === undefined) continue;
    const isPath = /_file$|ssl\.(?:ca_path|ca_cert|cert|key)$/.test(path);
    found[variable] = isPath ? resolve(cwd, String(said.value)) : String(said.value);
  }
  const user = values.get('text', 'consul.auth.username');
  if (user !== undefined) {
    const password = values.get('text', 'consul.auth.password') ?? '';
    found.CONSUL_HTTP_AUTH = password === '' ? user : `${user}:${password}`;
  }
  if (values.said('vault.ssl.verify')?.value === false) found.VAULT_SKIP_VERIFY = 'true';
  return found;
}
