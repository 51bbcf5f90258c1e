import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between a program and an agent as a wire does, and counts connections and bytes. */
export class SocketProxy {
  /** The most connections that were open at a time. */
  most = 0;
  /** What came from the agent, in bytes. */
  bytesDown = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  private constructor(port: number) {
    this.#server = createServer((near) => {
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

  /** Starts one on 127.0.0.1 and a free port, before this port of 127.0.0.1. Stop it with `stop`. */
  static async start(port: number): Promise<SocketProxy> {
    const proxy = new SocketProxy(port);
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
