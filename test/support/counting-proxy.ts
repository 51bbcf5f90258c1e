import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Stands between a program and an agent, hands everything on, and counts the questions. */
export class CountingProxy {
  /** Requests so far, by path without parameters. */
  readonly counts = new Map<string, number>();
  /** The same, each with its parameters, in order. */
  readonly urls: string[] = [];
  /** The last answer by path with parameters: how long its body was on the wire, and how it was packed. */
  readonly answers = new Map<string, { bytes: number; readonly encoding: string | undefined }>();
  /** Requests without an answer so far, by path without parameters. */
  readonly #waiting = new Map<string, number>();
  readonly #server: Server;

  private constructor(agentAddress: string) {
    this.#server = createServer((incoming, outgoing) => {
      this.urls.push(incoming.url ?? '');
      const path = incoming.url?.split('?')[0] ?? '';
      this.counts.set(path, (this.counts.get(path) ?? 0) + 1);
      this.#wait(path, 1);
      const { method = 'GET', headers, url } = incoming;
      const upstream = request(`${agentAddress}${url}`, { method, headers, agent: false });
      upstream.on('response', (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        const seen = { bytes: 0, encoding: answer.headers['content-encoding'] };
        this.answers.set(incoming.url ?? '', seen);
        answer.on('data', (chunk: Buffer) => (seen.bytes += chunk.length));
        answer.pipe(outgoing);
      });
      upstream.on('error', () => outgoing.destroy());
      // What was answered is with the system by then, whether or not the program has read it.
      outgoing.once('close', () => {
        this.#wait(path, -1);
        upstream.destroy();
      });
      incoming.pipe(upstream);
    });
  }

  #wait(path: string, more: number): void {
    this.#waiting.set(path, (this.#waiting.get(path) ?? 0) + more);
  }

  /** Starts one on 127.0.0.1 and a free port. Stop it with `stop`. */
  static async start(agentAddress: string): Promise<CountingProxy> {
    const proxy = new CountingProxy(agentAddress);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many requests for this path have no answer yet. */
  waiting(path: string): number {
    return this.#waiting.get(path) ?? 0;
  }

  async stop(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }
}
