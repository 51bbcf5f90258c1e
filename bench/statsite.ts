import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A number that an agent reported. */
export interface Reported {
  readonly name: string;
  readonly value: number;
  /** `c` for a counter, `ms` for a time. */
  readonly kind: string;
}

/** Takes what an agent reports of itself (statsite, over TCP, so that nothing is lost on the way). */
export class Statsite {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(take: (reported: Reported) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      let rest = '';
      socket.setEncoding('utf8');
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          const reported = readReport(line);
          if (reported !== undefined) take(reported);
        }
      });
    });
  }

  /** Starts one on 127.0.0.1, on this port or a free one. Stop it with `stop`. */
  static async start(take: (reported: Reported) => void, port = 0): Promise<Statsite> {
    const statsite = new Statsite(take);
    statsite.#server.listen(port, '127.0.0.1');
    await once(statsite.#server, 'listening');
    return statsite;
  }

  /** What an agent needs in its config, to report here what begins with one of these. */
  agentConfig(prefixes: readonly string[]): Readonly<Record<string, unknown>> {
    const { port } = this.#server.address() as AddressInfo;
    return telemetryTo(port, prefixes);
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** What an agent needs in its config, to report to this port what begins with one of these. */
export function telemetryTo(
  port: number,
  prefixes: readonly string[],
): Readonly<Record<string, unknown>> {
  return {
    telemetry: {
      statsite_address: `127.0.0.1:${port}`,
      disable_hostname: true,
      filter_default: false,
      prefix_filter: prefixes.map((prefix) => `+${prefix}`),
    },
  };
}

/** Reads a line as agents write them: `NAME:VALUE|KIND`. */
export function readReport(line: string): Reported | undefined {
  const [, name, value, kind] = /^([^:]+):([^|]+)\|(\w+)$/.exec(line) ?? [];
  if (name === undefined || value === undefined || kind === undefined) return undefined;
  return { name, value: Number(value), kind };
}
