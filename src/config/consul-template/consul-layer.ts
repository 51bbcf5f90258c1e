import type { ConsulFields, ConsulLayer, Said } from '../../catalog/consul/environment.ts';
import type { FieldValues } from './field-values.ts';

const SAME: readonly (readonly [path: string, field: keyof ConsulFields])[] = [
  ['consul.address', 'address'],
  ['consul.namespace', 'namespace'],
  ['consul.token', 'token'],
  ['consul.token_file', 'tokenFile'],
  ['consul.ssl.verify', 'verify'],
  ['consul.ssl.cert', 'certFile'],
  ['consul.ssl.key', 'keyFile'],
  ['consul.ssl.ca_cert', 'caFile'],
  ['consul.ssl.ca_path', 'caFolder'],
  ['consul.ssl.server_name', 'serverName'],
  ['block_query_wait', 'waitMs'],
];

/** What the fields of consul-template say of reaching Consul, in our words; relative paths are not resolved yet. */
export function consulLayer(values: FieldValues): ConsulLayer {
  const layer: Partial<Record<keyof ConsulFields, Said<unknown>>> = {};
  for (const [path, field] of SAME) {
    const said = values.said(path);
    if (said !== undefined) layer[field] = said;
  }
  const connections = values.said('consul.transport.max_conns_per_host');
  if (connections !== undefined && Number(connections.value) > 0) {
    layer.maxConnections = connections;
  }
  const auth = authOf(values);
  if (auth !== undefined) layer.auth = auth;
  const encryption = encryptionOf(values);
  if (encryption !== undefined) layer.encryption = encryption;
  return layer as ConsulLayer;
}

function authOf(values: FieldValues): Said<unknown> | undefined {
  const username = values.said('consul.auth.username');
  if (username === undefined || values.said('consul.auth.enabled')?.value === false) {
    return undefined;
  }
  const password = values.get('text', 'consul.auth.password') ?? '';
  return { value: { username: username.value, password }, origin: username.origin };
}

/** Any field of `ssl` turns TLS on, unless `enabled` says otherwise. */
function encryptionOf(values: FieldValues): Said<unknown> | undefined {
  const enabled = values.said('consul.ssl.enabled');
  if (enabled !== undefined) {
    return { ...enabled, value: enabled.value === true ? 'always' : 'asWritten' };
  }
  const [first] = values.below('consul.ssl');
  return first === undefined ? undefined : { value: 'always', origin: first[1].origin };
}
