import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenOptions, Socket } from 'node:net';
import { Refusal, failureAnswer, type HttpAnswer } from './answers.ts';
import { LONGEST_BODY } from './request-body.ts';
import { findRoute, routePath, type FoundRoute, type Route } from './routes.ts';

/** How a server guards itself and tells of its work. */
export interface HttpServerOptions {
  readonly routes: readonly Route[];
  /** Connections beyond these are closed at once. */
  readonly maxConnections: number;
  /** A request must be here, body and all, so long after its connection, and an answer must be read so long after its end. */
  readonly patienceMs: number;
  /** Each request that was answered: with which code, and the route's path. */
  readonly onAnswered?: (code: number, path: string) => void;
  /** Something went wrong that nobody is to blame for but us. */
  readonly onDefect: (error: unknown) => void;
}

const LONGEST_HEADERS = 8192;

/**
 * Answers requests by a table of routes, and cannot be worn down: a connection that says nothing, stops half way, sends without
 * end or never reads is closed when its time is up, and there are only so many. One request a connection.
 */
export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(options: HttpServerOptions) {
    this.#options = options;
    const { patienceMs, maxConnections } = options;
    this.#server = createServer({
      maxHeaderSize: LONGEST_HEADERS,
      headersTimeout: patienceMs,
      requestTimeout: patienceMs,
      connectionsCheckingInterval: Math.max(10, Math.min(1000, patienceMs / 4)),
      keepAlive: false,
    });
    this.#server.maxConnections = maxConnections;
    // Those that are sent behind the first, without waiting for its answer, would all be carried out.
    this.#server.maxRequestsPerSocket = 1;
    const onRequest = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#answer(request, response);
    this.#server.on('request', onRequest);
    // Who waits to be told to go on hears at once that a body is too long.
    this.#server.on('checkContinue', (request: IncomingMessage, response: ServerResponse) => {
      if (!(Number(request.headers['content-length'] ?? 0) > LONGEST_BODY))
        response.writeContinue();
      onRequest(request, response);
    });
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      socket.on('error', () => undefined);
    });
  }

  /** How many connections there are. */
  get connections(): number {
    return this.#sockets.size;
  }

  /** Begins to listen; rejects with the system's error. Returns the port, or 0 for a path. */
  async listen(where: ListenOptions): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(where, () => {
        this.#server.off('error', reject);
        this.#server.on('error', this.#options.onDefect);
        resolve();
      });
    });
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Takes no more connections, lets answers under way go out for `graceMs`, then ends whatever is left. */
  async close(graceMs: number): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeIdleConnections();
    const timer = setTimeout(() => this.#destroy(), graceMs);
    await closed;
    clearTimeout(timer);
  }

  #destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // A sender that breaks off is no defect.
    request.on('error', () => undefined);
    response.on('error', () => undefined);
    const found = findRoute(this.#options.routes, request.method ?? '', request.url ?? '');
    const answer = await this.#answerOf(found, request, response);
    if (answer !== undefined) this.#send(request, response, answer);
    // Whoever went away before all was said was not answered.
    else if (!response.headersSent) return;
    this.#options.onAnswered?.(answer?.status ?? response.statusCode, routePath(found));
  }

  async #answerOf(
    found: FoundRoute | Refusal,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<HttpAnswer | undefined> {
    try {
      if (found instanceof Refusal) throw found;
      return await found.route.answer({ request, response, segments: found.segments });
    } catch (error) {
      if (request.destroyed && !request.complete) return undefined;
      if (!(error instanceof Refusal)) this.#options.onDefect(error);
      return failureAnswer(error);
    }
  }

  #send(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
    if (response.destroyed) return;
    response.writeHead(answer.status, {
      'content-type': answer.contentType,
      'content-length': Buffer.byteLength(answer.body),
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      connection: 'close',
      ...answer.headers,
    });
    response.end(request.method === 'HEAD' ? undefined : answer.body);
    const { socket } = request;
    const timer = setTimeout(() => socket.destroy(), this.#options.patienceMs);
    socket.once('close', () => clearTimeout(timer));
  }
}
