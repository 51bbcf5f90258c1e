import type { ConsulFields, ConsulLayer, Said } from '../../catalog/consul/environment.ts';
import type { FieldValues } from './field-values.ts';

/** How Consul is asked, where 0 has the meaning that it has there. */
const CONDUCT: readonly (readonly [path: string, field: keyof ConsulFields])[] = [
  ['max_stale', 'maxStaleMs'],
  ['consul.retry.max_backoff', 'retryMaxBackoffMs'],
];

/** The same, where 0 is no more than nothing said. */
const CONDUCT_ABOVE_ZERO: typeof CONDUCT = [
  ['consul.retry.backoff', 'retryBackoffMs'],
  ['consul.transport.dial_timeout', 'dialTimeoutMs'],
  ['consul.transport.dial_keep_alive', 'keepAliveMs'],
  ['consul.transport.idle_conn_timeout', 'idleTimeoutMs'],
  ['consul.transport.max_idle_conns_per_host', 'maxIdleConnections'],
];

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
];

/** The same, where 0 is no more than nothing said. */
const SAME_ABOVE_ZERO: typeof CONDUCT = [
  ['block_query_wait', 'waitMs'],
  ['consul.transport.max_conns_per_host', 'maxConnections'],
];

/** What the fields of consul-template say of reaching Consul, in our words; relative paths are not resolved yet. */
export function consulLayer(values: FieldValues): ConsulLayer {
  const layer: Draft = {
    ...sameIn(values, SAME),
    ...aboveZeroIn(values, SAME_ABOVE_ZERO),
    ...conductLayer(values),
  };
  const auth = authOf(values);
  if (auth !== undefined) layer.auth = auth;
  const encryption = encryptionOf(values);
  if (encryption !== undefined) layer.encryption = encryption;
  return layer as ConsulLayer;
}

/** What consul-template's flags say of how Consul is asked: they say it for configs of any dialect. */
export function conductLayer(values: FieldValues): ConsulLayer {
  return {
    ...sameIn(values, CONDUCT),
    ...aboveZeroIn(values, CONDUCT_ABOVE_ZERO),
    ...derivedConduct(values),
  } as ConsulLayer;
}

type Draft = Partial<Record<keyof ConsulFields, Said<unknown>>>;

function aboveZeroIn(values: FieldValues, table: typeof CONDUCT): Draft {
  const said = Object.entries(sameIn(values, table));
  return Object.fromEntries(said.filter(([, { value }]) => Number(value) > 0));
}

function sameIn(values: FieldValues, table: typeof CONDUCT): Draft {
  const layer: Draft = {};
  for (const [path, field] of table) {
    const said = values.said(path);
    if (said !== undefined) layer[field] = said;
  }
  return layer;
}

/** What is said there in other words than here. */
function derivedConduct(values: FieldValues): Draft {
  const layer: Draft = {};
  const maxStale = values.said('max_stale');
  if (maxStale !== undefined) {
    layer.consistency = { ...maxStale, value: Number(maxStale.value) > 0 ? 'stale' : 'default' };
  }
  const [enabled, attempts] = [
    values.said('consul.retry.enabled'),
    values.said('consul.retry.attempts'),
  ];
  if (enabled?.value === false) layer.retryAttempts = { ...enabled, value: 0 };
  else if (attempts !== undefined) {
    const value = Number(attempts.value) > 0 ? attempts.value : Number.POSITIVE_INFINITY;
    layer.retryAttempts = { ...attempts, value };
  }
  const alone = values.said('consul.transport.disable_keep_alives');
  if (alone !== undefined) layer.reuseConnections = { ...alone, value: alone.value !== true };
  return layer;
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
