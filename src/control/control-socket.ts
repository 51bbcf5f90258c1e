import type { Logger } from '../core/logger.ts';
import { describeError } from '../core/errors.ts';
import { HttpServer } from './http-server.ts';
import type { Route } from './routes.ts';
import type { ControlSettings } from './settings.ts';
import { placeSocket, type SocketFile } from './socket-file.ts';

/** What the control socket works with. */
export interface ControlSocketOptions {
  readonly settings: Pick<ControlSettings, 'socket' | 'mode'>;
  readonly routes: readonly Route[];
  readonly logger: Logger;
  readonly onAnswered?: (code: number, path: string) => void;
  /** How long a connection may take to say what it wants; 10 s. */
  readonly patienceMs?: number;
}

const PATIENCE_MS = 10_000;
/** Only the owner can connect at all. */
const MAX_CONNECTIONS = 64;
/** What an answer under way has at the end. */
const CLOSE_WITHIN_MS = 500;

/** The socket at which the owner of the program can ask it. */
export class ControlSocket {
  readonly path: string;
  readonly #server: HttpServer;
  readonly #file: SocketFile;

  private constructor(path: string, server: HttpServer, file: SocketFile) {
    this.path = path;
    this.#server = server;
    this.#file = file;
  }

  /** Begins to listen. Throws an AutotmplError where the socket cannot be made, or another program has it. */
  static async open(options: ControlSocketOptions): Promise<ControlSocket> {
    const { settings, routes, logger, onAnswered, patienceMs = PATIENCE_MS } = options;
    const server = new HttpServer({
      routes,
      maxConnections: MAX_CONNECTIONS,
      patienceMs,
      ...(onAnswered !== undefined && { onAnswered }),
      onDefect: (error) => logger.error(`the control socket failed: ${describeError(error)}`),
    });
    try {
      const file = await placeSocket(settings.socket, settings.mode, (path) =>
        server.listen({ path }),
      );
      return new ControlSocket(settings.socket, server, file);
    } catch (error) {
      await server.close(0);
      throw error;
    }
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#server.connections;
  }

  /** Stops listening, and removes its file. */
  async close(): Promise<void> {
    await this.#file.remove();
    await this.#server.close(CLOSE_WITHIN_MS);
  }
}
