import { isIP } from 'node:net';

/** The name that the server's certificate is checked for, as TLS takes it; an IP address cannot be announced as one. */
export function serverName(
  named: string | undefined,
  address: { readonly host: string },
): { servername?: string } {
  const name = named ?? address.host;
  return isIP(name) === 0 ? { servername: name } : {};
}
