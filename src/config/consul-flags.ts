import { parseConsulAddress } from '../catalog/consul/address.ts';
import { ADDRESS_FORMS } from '../catalog/http/address.ts';
import {
  parseAuth,
  type ConsulFields,
  type ConsulLayer,
  type Said,
} from '../catalog/consul/environment.ts';
import { durationFlag, isOn, lastValue, readFlag, type RawFlags } from './raw-flags.ts';

const TEXT_FLAGS = [
  ['consul-token', 'token'],
  ['consul-token-file', 'tokenFile'],
  ['consul-namespace', 'namespace'],
  ['consul-ssl-ca-cert', 'caFile'],
  ['consul-ssl-ca-path', 'caFolder'],
  ['consul-ssl-cert', 'certFile'],
  ['consul-ssl-key', 'keyFile'],
  ['consul-ssl-server-name', 'serverName'],
] as const;

/**
 * The `-consul-*` flags as a layer; relative paths are not resolved yet. As in consul-template any flag of the TLS family
 * turns TLS on, unless `-consul-ssl` says otherwise.
 */
export function consulFromFlags(raw: RawFlags): ConsulLayer {
  const layer: Partial<Record<keyof ConsulFields, Said<unknown>>> = {};
  for (const [flag, field] of TEXT_FLAGS) say(field, flag, lastValue(raw, flag));
  const address = readFlag(raw, 'consul-addr', ADDRESS_FORMS, (text) =>
    parseConsulAddress(text) === undefined ? undefined : text,
  );
  say('address', 'consul-addr', address);
  const auth = lastValue(raw, 'consul-auth');
  say('auth', 'consul-auth', auth === undefined ? undefined : parseAuth(auth));
  if (raw.has('consul-ssl-verify')) {
    say('verify', 'consul-ssl-verify', isOn(raw, 'consul-ssl-verify'));
  }
  say('waitMs', 'consul-wait', durationFlag(raw, 'consul-wait'));
  const connections = readFlag(
    raw,
    'consul-max-connections',
    'a whole number of at least 1',
    (text) => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined),
  );
  say('maxConnections', 'consul-max-connections', connections);
  const tlsFlag = [...raw.keys()].find((flag) => flag.startsWith('consul-ssl-'));
  if (raw.has('consul-ssl')) {
    say('encryption', 'consul-ssl', isOn(raw, 'consul-ssl') ? 'always' : 'asWritten');
  } else if (tlsFlag !== undefined) say('encryption', tlsFlag, 'always');
  return layer as ConsulLayer;

  function say(field: keyof ConsulFields, flag: string, value: unknown): void {
    if (value !== undefined) layer[field] = { value, origin: `-${flag}` };
  }
}
