import { createServer, type ListenOptions, type Server } from 'node:net';
import { once } from 'node:events';

/**
 * Where ports are taken from: below those that Linux gives to whoever asks for any (ip_local_port_range begins at 32768), connections included.
 * One of those could be somebody's again before the server of the test listens on it.
 */
const FIRST = 11_000;
const COUNT = 20_000;
const ATTEMPTS = 1000;

/** The ports of this process: their names are held until it ends, so that no other test takes them. */
const held: Server[] = [];

/** Ports on 127.0.0.1 that nobody listens on at this moment, all different, and that no other test gets while this process runs. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  for (let attempt = 0; attempt < ATTEMPTS && ports.length < count; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    // A socket in Linux's abstract namespace goes with its process, in whatever way that ends (unix(7)).
    const name = await listening({ path: `\0autotmpl-test-port-${port}` });
    if (name === undefined) continue;
    held.push(name.unref());
    const probe = await listening({ port, host: '127.0.0.1' });
    if (probe === undefined) continue;
    probe.close();
    await once(probe, 'close');
    ports.push(port);
  }
  if (ports.length < count) throw new Error(`found ${ports.length} free ports of ${count}`);
  return ports;
}

/** A server that listens so, or undefined where somebody else does. */
async function listening(options: ListenOptions): Promise<Server | undefined> {
  const server = createServer();
  server.listen({ ...options, exclusive: true });
  try {
    await once(server, 'listening');
    return server;
  } catch {
    return undefined;
  }
}
