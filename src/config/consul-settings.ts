import { DEFAULT_ADDRESS, parseConsulAddress } from '../catalog/consul/address.ts';
import { ADDRESS_FORMS, type Encryption } from '../catalog/http/address.ts';
import type { ConsulFields, ConsulLayer, Said } from '../catalog/consul/environment.ts';
import {
  CROWD,
  DEFAULT_MAX_CONNECTIONS,
  DEFAULT_MAX_STALE_MS,
  DEFAULT_WAIT_MS,
  type Consistency,
  type ConsulAddress,
  type ConsulOptions,
} from '../catalog/consul/options.ts';
import { parseDuration } from '../core/duration.ts';
import { AutotmplError } from '../core/errors.ts';
import type { ConfigDocument, DocumentPath } from './document.ts';
import { showPlace } from './problems.ts';
import type { ConsulContent } from './schema.ts';

/** The section `catalog.consul` of a checked document as a layer; relative paths are not resolved yet. */
export function consulFromDocument(content: ConsulContent, document: ConfigDocument): ConsulLayer {
  const layer: Partial<Record<keyof ConsulFields, Said<unknown>>> = {};
  const { tls = {}, wait, maxStale } = content;
  say('address', content.address, 'address');
  say('token', content.token, 'token');
  say('tokenFile', content.tokenFile, 'tokenFile');
  say('auth', content.auth, 'auth');
  say('namespace', content.namespace, 'namespace');
  say('partition', content.partition, 'partition');
  say('caFile', tls.ca, 'tls', 'ca');
  say('caFolder', tls.caPath, 'tls', 'caPath');
  say('certFile', tls.cert, 'tls', 'cert');
  say('keyFile', tls.key, 'tls', 'key');
  say('serverName', tls.serverName, 'tls', 'serverName');
  say('verify', tls.verify, 'tls', 'verify');
  say('waitMs', wait === undefined ? undefined : parseDuration(wait), 'wait');
  say('maxConnections', content.maxConnections, 'maxConnections');
  say('consistency', content.consistency, 'consistency');
  say('consistencyOf', content.consistencyOf, 'consistencyOf');
  say('maxStaleMs', maxStale === undefined ? undefined : parseDuration(maxStale), 'maxStale');
  return layer as ConsulLayer;

  function say(field: keyof ConsulFields, value: unknown, ...keys: string[]): void {
    if (value === undefined) return;
    const path: DocumentPath = ['catalog', 'consul', ...keys];
    layer[field] = { value, origin: showPlace(document.file, document.locate(path, 'value')) };
  }
}

/** Options, and for each fact that somebody gave, who. */
export interface CombinedConsul {
  readonly options: ConsulOptions;
  readonly origins: ReadonlyMap<keyof ConsulFields, string>;
}

/**
 * Puts layers together, the strongest first: each fact comes from the first layer that gives it. `token` and
 * `tokenFile` are one fact, or a weaker layer's file would win over a token that was given in its place.
 */
export function combineConsul(layers: readonly ConsulLayer[]): CombinedConsul {
  const origins = new Map<keyof ConsulFields, string>();
  const tokenLayer = layers.find(({ token, tokenFile }) => token ?? tokenFile);
  const token = noted('token', tokenLayer?.tokenFile === undefined ? tokenLayer?.token : undefined);
  const tokenFile = noted('tokenFile', tokenLayer?.tokenFile);
  const [auth, namespace, partition] = [pick('auth'), pick('namespace'), pick('partition')];
  const encryption = pick('encryption') ?? 'asWritten';
  const options: ConsulOptions = {
    address: readAddress(first('address'), encryption),
    ...(token === undefined ? {} : { token }),
    ...(tokenFile === undefined ? {} : { tokenFile }),
    ...(auth === undefined ? {} : { auth }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(partition === undefined ? {} : { partition }),
    tls: combineTls(),
    waitMs: pick('waitMs') ?? DEFAULT_WAIT_MS,
    maxConnections: pick('maxConnections') ?? DEFAULT_MAX_CONNECTIONS,
    ...combineReads(),
    ...combineRetry(),
    ...combineConnections(),
  };
  pick('address');
  return { options, origins };

  function first<F extends keyof ConsulFields>(field: F): Said<ConsulFields[F]> | undefined {
    for (const layer of layers) {
      const said = layer[field];
      if (said !== undefined) return said;
    }
    return undefined;
  }

  function noted<T>(field: keyof ConsulFields, said: Said<T> | undefined): T | undefined {
    if (said !== undefined) origins.set(field, said.origin);
    return said?.value;
  }

  function pick<F extends keyof ConsulFields>(field: F): ConsulFields[F] | undefined {
    return noted(field, first(field));
  }

  function combineReads(): Pick<ConsulOptions, 'reads' | 'readsOf'> {
    const [mode = 'default', of] = [pick('consistency'), pick('consistencyOf')];
    const maxStaleMs = pick('maxStaleMs') ?? DEFAULT_MAX_STALE_MS;
    const readsBy = (one: Consistency) => {
      if (one === 'auto') return { mode: 'stale', maxStaleMs, fromMembers: CROWD } as const;
      return one === 'default' ? undefined : { mode: one, maxStaleMs };
    };
    return {
      ...(mode !== 'default' && { reads: readsBy(mode) }),
      ...(of !== undefined && {
        readsOf: Object.entries(of).map(([queries, one]) => ({ queries, reads: readsBy(one) })),
      }),
    };
  }

  function combineRetry(): Pick<ConsulOptions, 'retry'> {
    const attempts = pick('retryAttempts');
    const backoffMs = pick('retryBackoffMs');
    const maxBackoffMs = pick('retryMaxBackoffMs');
    const retry = {
      ...(attempts !== undefined && Number.isFinite(attempts) && { attempts }),
      ...(backoffMs !== undefined && { backoffMs }),
      ...(maxBackoffMs !== undefined && { maxBackoffMs }),
    };
    return Object.keys(retry).length === 0 ? {} : { retry };
  }

  function combineConnections(): Pick<ConsulOptions, 'connections'> {
    const [dialTimeoutMs, keepAliveMs] = [pick('dialTimeoutMs'), pick('keepAliveMs')];
    const [reuse, maxIdle] = [pick('reuseConnections'), pick('maxIdleConnections')];
    const idleTimeoutMs = pick('idleTimeoutMs');
    const connections = {
      ...(dialTimeoutMs !== undefined && { dialTimeoutMs }),
      ...(keepAliveMs !== undefined && { keepAliveMs }),
      ...(reuse !== undefined && { reuse }),
      ...(idleTimeoutMs !== undefined && { idleTimeoutMs }),
      ...(maxIdle !== undefined && { maxIdle }),
    };
    return Object.keys(connections).length === 0 ? {} : { connections };
  }

  function combineTls(): ConsulOptions['tls'] {
    requirePair(first('certFile'), first('keyFile'));
    const [caFile, caFolder, certFile] = [pick('caFile'), pick('caFolder'), pick('certFile')];
    const [keyFile, serverName] = [pick('keyFile'), pick('serverName')];
    return {
      ...(caFile === undefined ? {} : { caFile }),
      ...(caFolder === undefined ? {} : { caFolder }),
      ...(certFile === undefined ? {} : { certFile }),
      ...(keyFile === undefined ? {} : { keyFile }),
      ...(serverName === undefined ? {} : { serverName }),
      verify: pick('verify') ?? true,
    };
  }
}

function readAddress(said: Said<string> | undefined, encryption: Encryption): ConsulAddress {
  const { value, origin } = said ?? { value: DEFAULT_ADDRESS, origin: 'default' };
  const address = parseConsulAddress(value, encryption);
  if (address !== undefined) return address;
  // Before an @ stands a password.
  const found = value.includes('@') ? 'an address with credentials' : JSON.stringify(value);
  throw new AutotmplError(codeFor(origin), `${origin}: expected ${ADDRESS_FORMS}, found ${found}`, {
    ...(value.includes('@') && {
      advice: 'give user and password with -consul-auth or CONSUL_HTTP_AUTH',
    }),
  });
}

function requirePair(cert: Said<string> | undefined, key: Said<string> | undefined): void {
  const lone = cert ?? key;
  if (lone === undefined || (cert !== undefined && key !== undefined)) return;
  const [found, absent] = cert === undefined ? ['key', 'certificate'] : ['certificate', 'key'];
  throw new AutotmplError(
    codeFor(lone.origin),
    `${lone.origin}: the ${found} for TLS with the Consul agent has no ${absent} beside it`,
    { advice: `name the ${absent} too` },
  );
}

function codeFor(origin: string): 'usage' | 'config' {
  return origin.startsWith('-') ? 'usage' : 'config';
}
