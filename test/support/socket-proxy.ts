import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

const SAID = 'Your IP is issuing too many concurrent connections, please rate limit your calls\n';
const TOO_MANY = `HTTP/1.1 429 Too Many Requests\r\nContent-Type: text/plain\r\nContent-Length: ${SAID.length}\r\nConnection: close\r\n\r\n${SAID}`;

/** Stands between a program and an agent as a wire does, and counts connections and bytes. */
export class SocketProxy {
  /** The most connections that were open at a time. */
  most = 0;
  /** Connections that were one too many. */
  turnedAway = 0;
  /** What came from the agent, in bytes. */
  bytesDown = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(port: number, grants: number) {
    this.#server = createServer((near) => {
      if (this.#open.size >= grants) {
        this.turnedAway++;
        near.on('error', () => undefined);
        near.resume().end(TOO_MANY);
        return;
      }
      const far = connect(port, '127.0.0.1');
      this.#open.add(near);
      this.most = Math.max(this.most, this.#open.size);
      far.on('data', (bytes) => (this.bytesDown += bytes.length));
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
      far.on('close', () => near.destroy());
      near.on('close', () => {
        this.#open.delete(near);
        far.destroy();
      });
    });
  }

  /** Starts one on 127.0.0.1 and a free port, before this port of 127.0.0.1. `grants`: a further connection is told, in the words of Consul 1.9 and later, that there are too many. Stop it with `stop`. */
  static async start(port: number, grants = Infinity): Promise<SocketProxy> {
    const proxy = new SocketProxy(port, grants);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  /** Host and port. */
  get address(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open. */
  get open(): number {
    return this.#open.size;
  }

  async stop(): Promise<void> {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
    await once(this.#server, 'close');
  }
}
