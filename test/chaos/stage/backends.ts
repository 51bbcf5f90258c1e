import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { Instance } from '../truth.ts';

/** After its removal from the catalog an instance serves for so long: whoever holds an older list finds it. */
const LIVES_ON_MS = 30_000;

/** The small HTTP servers behind nginx: one for each instance that is registered, or was a while ago. */
export class Backends {
  readonly #servers = new Map<string, Server>();
  readonly #ends = new Map<string, NodeJS.Timeout>();

  /** Serves, before it is registered. */
  async open(instance: Instance): Promise<void> {
    const place = `${instance.address}:${instance.port}`;
    clearTimeout(this.#ends.get(place));
    this.#ends.delete(place);
    if (this.#servers.has(place)) return;
    const server = createServer((_, response) => response.end(`${instance.id}\n`));
    this.#servers.set(place, server);
    // Longer than nginx keeps a connection: it has to be the first to let go.
    server.keepAliveTimeout = 75_000;
    server.listen(instance.port, instance.address);
    await once(server, 'listening');
  }

  /** It is not registered any more, and ends after a while. */
  release(instance: Instance): void {
    const place = `${instance.address}:${instance.port}`;
    clearTimeout(this.#ends.get(place));
    this.#ends.set(
      place,
      setTimeout(() => this.#close(place), LIVES_ON_MS),
    );
  }

  /** Ends all. */
  stop(): void {
    for (const timer of this.#ends.values()) clearTimeout(timer);
    for (const place of [...this.#servers.keys()]) this.#close(place);
  }

  #close(place: string): void {
    const server = this.#servers.get(place);
    this.#servers.delete(place);
    this.#ends.delete(place);
    server?.close();
    server?.closeAllConnections();
  }
}
