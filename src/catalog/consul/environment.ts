import { resolve } from 'node:path';
import { parseBoolean } from '../../core/boolean.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { Encryption } from '../http/address.ts';
import type { Consistency } from './options.ts';

/** All that can be said about reaching a Consul agent, one name a fact, not yet put together. */
export interface ConsulFields {
  readonly address: string;
  readonly encryption: Encryption;
  readonly token: string;
  readonly tokenFile: string;
  readonly auth: { readonly username: string; readonly password: string };
  readonly namespace: string;
  readonly partition: string;
  readonly caFile: string;
  readonly caFolder: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly serverName: string;
  readonly verify: boolean;
  readonly waitMs: number;
  readonly maxConnections: number;
  readonly consistency: Consistency;
  readonly consistencyOf: Readonly<Record<string, Consistency>>;
  readonly maxStaleMs: number;
  /** Infinite: for ever. */
  readonly retryAttempts: number;
  readonly retryBackoffMs: number;
  readonly retryMaxBackoffMs: number;
  readonly dialTimeoutMs: number;
  readonly keepAliveMs: number;
  readonly reuseConnections: boolean;
  readonly idleTimeoutMs: number;
  readonly maxIdleConnections: number;
}

/** A value, and who gave it: a flag, a variable, a place in a file. */
export interface Said<T> {
  readonly value: T;
  readonly origin: string;
}

/** What one source (the flags, a config file, the environment) says about Consul; absent is not said. */
export type ConsulLayer = { readonly [Field in keyof ConsulFields]?: Said<ConsulFields[Field]> };

/** The environment of a process. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Reader = (text: string, variable: string) => unknown;

const asText: Reader = (text) => text;
const asAuth: Reader = (text) => parseAuth(text);
const asBoolean: Reader = (text, variable) => {
  const value = parseBoolean(text);
  if (value !== undefined) return value;
  throw new AutotmplError('config', `${variable}: ${JSON.stringify(text)} is not a boolean`, {
    advice: `set ${variable} to true or false, or unset it`,
  });
};
const asEncryption: Reader = (text, variable) =>
  asBoolean(text, variable) === true ? 'always' : 'asWritten';

/**
 * The variables of the Consul CLI (https://developer.hashicorp.com/consul/commands#environment-variables), and
 * last the two that only consul-template knows. Of two for one field the first that is set counts.
 */
export const CONSUL_VARIABLES: readonly (readonly [string, keyof ConsulFields, Reader])[] = [
  ['CONSUL_HTTP_ADDR', 'address', asText],
  ['CONSUL_HTTP_TOKEN', 'token', asText],
  ['CONSUL_HTTP_TOKEN_FILE', 'tokenFile', asText],
  ['CONSUL_HTTP_AUTH', 'auth', asAuth],
  ['CONSUL_HTTP_SSL', 'encryption', asEncryption],
  ['CONSUL_HTTP_SSL_VERIFY', 'verify', asBoolean],
  ['CONSUL_CACERT', 'caFile', asText],
  ['CONSUL_CAPATH', 'caFolder', asText],
  ['CONSUL_CLIENT_CERT', 'certFile', asText],
  ['CONSUL_CLIENT_KEY', 'keyFile', asText],
  ['CONSUL_TLS_SERVER_NAME', 'serverName', asText],
  ['CONSUL_NAMESPACE', 'namespace', asText],
  ['CONSUL_PARTITION', 'partition', asText],
  ['CONSUL_TOKEN', 'token', asText],
  ['CONSUL_TOKEN_FILE', 'tokenFile', asText],
];

/** Reads the `CONSUL_*` variables; an empty one is not set. */
export function consulFromEnvironment(environment: Environment): ConsulLayer {
  const layer: Partial<Record<keyof ConsulFields, Said<unknown>>> = {};
  for (const [variable, field, read] of CONSUL_VARIABLES) {
    const text = environment[variable];
    if (text === undefined || text === '' || layer[field] !== undefined) continue;
    layer[field] = { value: read(text, variable), origin: variable };
  }
  return layer as ConsulLayer;
}

const PATH_FIELDS = ['tokenFile', 'caFile', 'caFolder', 'certFile', 'keyFile'] as const;

/** Makes the relative paths of a layer absolute: they start from `folder`. */
export function resolvePaths(layer: ConsulLayer, folder: string): ConsulLayer {
  const resolved: { -readonly [Field in keyof ConsulLayer]: ConsulLayer[Field] } = { ...layer };
  for (const field of PATH_FIELDS) {
    const said = layer[field];
    if (said !== undefined) resolved[field] = { ...said, value: resolve(folder, said.value) };
  }
  return resolved;
}

/** Reads `user:password`; a password may hold colons, and without one it is empty. */
export function parseAuth(text: string): ConsulFields['auth'] {
  const colon = text.indexOf(':');
  return colon === -1
    ? { username: text, password: '' }
    : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}
