import { readFile } from 'node:fs/promises';

/** In `/proc/net/tcp`: the state of a connection that is established. */
const ESTABLISHED = '01';

/** How many connections this machine's kernel has open to a port of 127.0.0.1, counted at the client's end. */
export async function establishedSockets(port: number): Promise<number> {
  const remote = `0100007F:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = (await readFile('/proc/net/tcp', 'utf8')).trim().split('\n').slice(1);
  return lines.filter((line) => {
    const [, , to, state] = line.trim().split(/\s+/);
    return to === remote && state === ESTABLISHED;
  }).length;
}
