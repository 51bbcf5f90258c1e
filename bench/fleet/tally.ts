import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';

/** What an agent reports to: it counts the requests that it took and made itself, and tells of each. */
const KEPT = ['consul.rpc.request', 'consul.client.rpc', 'consul.http'];

/** Counts the requests of one agent by what the agent itself says of them (statsite, over TCP, so that nothing is lost on the way). */
export class Tally {
  /** RPCs that came to a server, from agents and from other servers. */
  taken = 0;
  /** RPCs that a client made. */
  made = 0;
  /** Requests that it answered over HTTP. */
  answered = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor() {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      let rest = '';
      socket.setEncoding('utf8');
      socket.on('error', () => undefined);
      socket.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) this.take(line);
      });
    });
  }

  /** Starts one that listens where {@link agentConfig} tells an agent to report to. */
  static async start(address: string): Promise<Tally> {
    const tally = new Tally();
    tally.#server.listen(portOf(address), '127.0.0.1');
    await once(tally.#server, 'listening');
    return tally;
  }

  /** What the agent at this address needs in its config. */
  static agentConfig(address: string): Readonly<Record<string, unknown>> {
    return {
      telemetry: {
        statsite_address: `127.0.0.1:${portOf(address)}`,
        disable_hostname: true,
        filter_default: false,
        prefix_filter: KEPT.map((prefix) => `+${prefix}`),
      },
    };
  }

  /** Takes a line as agents write them: `NAME:VALUE|KIND`. */
  take(line: string): void {
    const [, name = '', value = '', kind = ''] = /^([^:]+):([^|]+)\|(\w+)$/.exec(line) ?? [];
    if (name === 'consul.rpc.request' && kind === 'c') this.taken += Number(value);
    else if (name === 'consul.client.rpc' && kind === 'c') this.made += Number(value);
    else if (name.startsWith('consul.http.') && kind === 'ms') this.answered += 1;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

function portOf(address: string): number {
  return 9000 + Number(address.split('.').at(-1));
}
