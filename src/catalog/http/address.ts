import { isIPv6 } from 'node:net';
import type { HttpAddress } from './options.ts';

/**
 * When the connection is encrypted: where the address says `https://`; also where it names no scheme; or always,
 * even where it says `http://` (the Consul CLI's rule for `CONSUL_HTTP_SSL`: TLS that was asked for is never taken back).
 */
export type Encryption = 'asWritten' | 'unlessHttp' | 'always';

/** What an address may look like, for messages. */
export const ADDRESS_FORMS =
  'host:port, http://host:port, https://host:port (each with an optional /prefix) or unix:///path';

const DEFAULT_SCHEME_PORTS = { http: 80, https: 443 } as const;

/**
 * Reads the address of a server as HashiCorp's CLIs do. A bare host has `barePort`, a URL without a port the one of
 * its scheme. An IPv6 address loses its brackets. Returns undefined for anything else; credentials, a query
 * and a fragment are refused, for no request would carry them.
 */
export function parseHttpAddress(
  text: string,
  barePort: number,
  encryption: Encryption = 'asWritten',
): HttpAddress | undefined {
  if (/[\s\x00-\x1f\x7f]/.test(text)) return undefined;
  const [, schemeText, rest = ''] = /^(?:([a-z]+):\/\/)?(.*)$/i.exec(text) ?? [];
  const scheme = schemeText?.toLowerCase();
  if (scheme === 'unix') {
    return rest.startsWith('/') ? { transport: 'unix', socketPath: rest } : undefined;
  }
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https') return undefined;
  const secure =
    encryption === 'always' ||
    scheme === 'https' ||
    (scheme === undefined && encryption === 'unlessHttp');
  const fallbackPort =
    scheme === undefined ? barePort : DEFAULT_SCHEME_PORTS[secure ? 'https' : 'http'];
  return parseAuthority(scheme === undefined && isBareIPv6(rest) ? `[${rest}]` : rest, {
    secure,
    fallbackPort,
  });
}

/** Writes an address the way people give it; what logs call the server. */
export function showHttpAddress(address: HttpAddress): string {
  if (address.transport === 'unix') return `unix://${address.socketPath}`;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `${address.secure ? 'https' : 'http'}://${host}:${address.port}${address.pathPrefix}`;
}

/** Node's own check compiles a pattern that takes ten milliseconds of every start: only what may be one gets that far. */
function isBareIPv6(text: string): boolean {
  return /:.*:/.test(text) && isIPv6(text);
}

function parseAuthority(
  rest: string,
  scheme: { readonly secure: boolean; readonly fallbackPort: number },
): HttpAddress | undefined {
  const [, authority = '', path = ''] = /^([^/]*)(.*)$/.exec(rest) ?? [];
  const [, host = '', portText] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  const port = portText === undefined ? scheme.fallbackPort : Number(portText);
  if (port < 1 || port > 65_535 || /[?#]/.test(path)) return undefined;
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  const isHost = host.startsWith('[') ? isIPv6(bare) : /^[\w.-]+$/.test(bare);
  if (!isHost) return undefined;
  return {
    transport: 'tcp',
    secure: scheme.secure,
    host: bare,
    port,
    pathPrefix: path.replace(/\/+$/, ''),
  };
}
