import { connect } from 'node:net';
import { systemCode } from '../core/errors.ts';
import type { Sight } from './sight.ts';

/** Opens a connection, and closes it again: `host:port`, `[::1]:port`, `:port` on this machine, or the path of a unix socket. */
export async function probeTcp(address: string, signal: AbortSignal): Promise<Sight> {
  const socket = connect(destinationOf(address));
  const asked = `connect ${address}`;
  try {
    return await new Promise<Sight>((resolve) => {
      signal.addEventListener('abort', () => resolve({ ok: false, said: `${asked}: no answer` }), {
        once: true,
      });
      socket.on('connect', () => resolve({ ok: true, said: `${asked}: success` }));
      socket.on('error', (error) =>
        resolve({ ok: false, said: `${asked}: ${systemCode(error) ?? error.message}` }),
      );
    });
  } finally {
    socket.destroy();
  }
}

function destinationOf(address: string): { path: string } | { host: string; port: number } {
  if (address.startsWith('/')) return { path: address };
  const at = address.lastIndexOf(':');
  const host = address.slice(0, Math.max(0, at)).replace(/^\[(.*)\]$/, '$1');
  return { host: host === '' ? 'localhost' : host, port: Number(address.slice(at + 1)) };
}
