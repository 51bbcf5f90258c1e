import { resolve } from 'node:path';
import type { Environment, Said } from '../catalog/consul/environment.ts';
import { DEFAULT_NOMAD_ADDRESS } from '../catalog/nomad/options.ts';
import { DEFAULT_VAULT_ADDRESS } from '../catalog/vault/options.ts';
import { parseDuration } from '../core/duration.ts';
import { fieldsFromEnvironment } from './consul-template/field-sources.ts';
import { FIELD_ROWS } from './consul-template/field-table.ts';
import { FieldValues, type FieldLayer } from './consul-template/field-values.ts';
import { nomadSettings, vaultSettings } from './consul-template/server-settings.ts';
import { isMap } from './document.ts';
import { placeOf, type Origins } from './merge.ts';
import type { CheckedDocument } from './read-config.ts';
import type { ServerSources } from './server-sources.ts';
import type { Settings } from './settings.ts';

type Server = 'vault' | 'nomad';

/** Our keys that consul-template has under other names. Relative paths start from the document's folder. */
const NAMES: Readonly<Record<string, string>> = {
  'vault.tokenFile': 'vault.vault_agent_token_file',
  'vault.unwrapToken': 'vault.unwrap_token',
  'vault.renewToken': 'vault.renew_token',
  'vault.defaultLeaseDuration': 'vault.default_lease_duration',
  'vault.leaseRenewalThreshold': 'vault.lease_renewal_threshold',
  'vault.kubernetes.role': 'vault.k8s_auth_role_name',
  'vault.kubernetes.mountPath': 'vault.k8s_service_mount_path',
  'vault.kubernetes.serviceAccountTokenFile': 'vault.k8s_service_account_token_path',
};

const TLS_NAMES: Readonly<Record<string, string>> = {
  ca: 'ca_cert',
  caPath: 'ca_path',
  cert: 'cert',
  key: 'key',
  serverName: 'server_name',
  verify: 'verify',
};

const PATHS: ReadonlySet<string> = new Set([
  ...['tokenFile', 'tls.ca', 'tls.caPath', 'tls.cert', 'tls.key'],
  'kubernetes.serviceAccountTokenFile',
]);
const DURATIONS: ReadonlySet<string> = new Set(['defaultLeaseDuration', 'wait']);

/**
 * Where secrets and Nomad's facts are read, by what our own documents, the flags and the environment say: flags beat files, files
 * the environment. A document that has the section but no address means the default one.
 */
export function ownServers(
  sources: ServerSources,
  origins: Origins,
): Pick<Settings, 'vault' | 'nomad'> {
  const { documents, flags, environment, cwd } = sources;
  const layers = [
    flags,
    ...documents.toReversed().map((document) => layerOf(document)),
    fieldsFromEnvironment(ofServers(environment)),
  ];
  const fallback = defaultAddresses(documents, layers);
  const values = new FieldValues(FIELD_ROWS, [...layers, fallback]);
  noteOrigins(layers, origins);
  const vault = vaultSettings(values, cwd);
  const nomad = nomadSettings(values, cwd);
  return {
    ...(vault !== undefined && { vault: { ...vault, ...beyond(layers, 'vault') } }),
    ...(nomad !== undefined && { nomad: { ...nomad, ...beyond(layers, 'nomad') } }),
  };
}

function layerOf(checked: CheckedDocument): FieldLayer {
  const layer = new Map<string, Said<unknown>>();
  const { catalog = {} } = checked.content;
  for (const server of ['vault', 'nomad'] as const) {
    for (const [keys, value] of leaves(catalog[server])) {
      const key = keys.join('.');
      layer.set(pathOf(server, key), {
        value: read(key, value, checked.document.folder),
        origin: placeOf(checked, 'catalog', server, ...keys),
      });
    }
  }
  return layer;
}

function* leaves(value: unknown, keys: readonly string[] = []): Generator<[string[], unknown]> {
  if (!isMap(value)) {
    if (value !== undefined) yield [[...keys], value];
    return;
  }
  for (const [key, inner] of Object.entries(value)) yield* leaves(inner, [...keys, key]);
}

function pathOf(server: Server, key: string): string {
  const tls = key.startsWith('tls.') ? TLS_NAMES[key.slice('tls.'.length)] : undefined;
  if (tls !== undefined) return `${server}.ssl.${tls}`;
  return NAMES[`${server}.${key}`] ?? `${server}.${key}`;
}

function read(key: string, value: unknown, folder: string): unknown {
  if (PATHS.has(key)) return resolve(folder, String(value));
  return DURATIONS.has(key) ? parseDuration(String(value)) : value;
}

/** Other variables than theirs are for others to find fault with. */
function ofServers(environment: Environment): Environment {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => /^(?:VAULT|NOMAD)_/.test(name)),
  );
}

function defaultAddresses(
  documents: readonly CheckedDocument[],
  layers: readonly FieldLayer[],
): FieldLayer {
  const fallback = new Map<string, Said<unknown>>();
  const defaults = { vault: DEFAULT_VAULT_ADDRESS, nomad: DEFAULT_NOMAD_ADDRESS };
  for (const server of ['vault', 'nomad'] as const) {
    const isMeant = documents.some(({ content }) => content.catalog?.[server] !== undefined);
    const isSaid = layers.some((layer) => layer.has(`${server}.address`));
    if (isMeant && !isSaid) {
      fallback.set(`${server}.address`, { value: defaults[server], origin: 'default' });
    }
  }
  return fallback;
}

/** What consul-template has no field for. */
function beyond(layers: readonly FieldLayer[], server: Server): object {
  const fields =
    server === 'vault'
      ? [['maxConnections', 'maxConnections']]
      : [
          ['maxConnections', 'maxConnections'],
          ['wait', 'waitMs'],
          ['tokenFile', 'tokenFile'],
          ['region', 'region'],
        ];
  return Object.fromEntries(
    fields.flatMap(([key = '', option = '']) => {
      const said = layers.find((layer) => layer.has(`${server}.${key}`))?.get(`${server}.${key}`);
      return said === undefined ? [] : [[option, said.value]];
    }),
  );
}

function noteOrigins(layers: readonly FieldLayer[], origins: Origins): void {
  for (const layer of layers.toReversed()) {
    for (const [path, { origin }] of layer) {
      if (/^(?:vault|nomad)\./.test(path)) origins.set(`catalog.${path}`, origin);
    }
  }
}
