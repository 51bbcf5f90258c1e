import { parseConsulAddress } from '../../catalog/consul/address.ts';
import { ADDRESS_FORMS } from '../../catalog/http/address.ts';
import type { ConsulFields, ConsulLayer, Said } from '../../catalog/consul/environment.ts';
import { isMap } from '../document.ts';
import type { Fields } from './fields.ts';
import type { Source } from './source.ts';

/** The one catalog that a config has to name: `consul`. etcd was in 2 only. */
export function discovery(source: Source, top: Fields): ConsulLayer {
  const consul = top.raw('consul');
  const etcd = source.version === 2 ? top.raw('etcd') : undefined;
  if (etcd !== undefined) {
    if (consul !== undefined) top.fail('etcd', 'More than one discovery backend defined');
    else top.fail('etcd', 'etcd as a catalog is not supported yet', 'use consul');
    return {};
  }
  if (consul === undefined) {
    const text = 'o discovery backend defined';
    source.fail([], source.version === 2 ? `N${text}` : `n${text}`, 'add consul: "host:8500"');
    return {};
  }
  return consulLayer(source, top, consul);
}

function consulLayer(source: Source, top: Fields, written: unknown): ConsulLayer {
  const layer: Partial<Record<keyof ConsulFields, Said<unknown>>> = {};
  if (typeof written === 'string') {
    const address = written.trim();
    if (isUsable(address)) say('address', address, []);
    return layer as ConsulLayer;
  }
  const section = isMap(written) ? top.section('consul') : undefined;
  if (section === undefined) {
    top.fail('consul', 'Unexpected Consul config structure. Expected a string or map');
    return {};
  }
  const address = section.text('address') ?? '';
  const scheme = section.text('scheme') ?? '';
  if (isUsable(address) && address !== '') {
    say('address', scheme === '' || address.includes('://') ? address : `${scheme}://${address}`, [
      'address',
    ]);
  }
  say('token', section.text('token') || undefined, ['token']);
  if (source.version === 3) sayTls(section.section('tls'), scheme);
  section.close();
  return layer as ConsulLayer;

  function isUsable(address: string): boolean {
    if (address === '' || parseConsulAddress(address) !== undefined) return true;
    // Before an @ in an address stands a password.
    top.fail('consul', `expected ${ADDRESS_FORMS}`);
    return false;
  }

  function sayTls(tls: Fields | undefined, scheme: string): void {
    if (tls === undefined) return;
    const at = (key: string) => ['tls', key];
    say('caFile', tls.text('cafile') || undefined, at('cafile'));
    say('caFolder', tls.text('capath') || undefined, at('capath'));
    say('certFile', tls.text('clientcert') || undefined, at('clientcert'));
    say('keyFile', tls.text('clientkey') || undefined, at('clientkey'));
    say('serverName', tls.text('servername') || undefined, at('servername'));
    // ContainerPilot checks no certificate unless it is told to; a catalog that anybody can pretend to be is none.
    say('verify', tls.flag('verify'), at('verify'));
    tls.close();
    if (scheme === '') say('encryption', 'unlessHttp', ['tls']);
  }

  function say(field: keyof ConsulFields, value: unknown, keys: readonly string[]): void {
    if (value === undefined) return;
    layer[field] = { value, origin: source.place(['consul', ...keys]) };
  }
}
