import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import type { Clock } from '../../core/time.ts';
import { Certificates } from './certificates.ts';
import { Allowance } from './allowance.ts';
import { ExchangeError, NoRoomError } from './exchange-error.ts';
import type { HttpReply, HttpRequest } from './exchange.ts';
import type { ConnectionRules, HttpAddress, TlsOptions } from './options.ts';
import { receiveReply, type Received } from './receive-reply.ts';
import { serverName } from './server-name.ts';
import { unpackBody } from './unpack.ts';

/** What a transport is made for. */
export interface TransportOptions {
  readonly address: HttpAddress;
  readonly auth?: { readonly username: string; readonly password: string };
  readonly tls: TlsOptions;
  readonly maxConnections: number;
  readonly connections?: ConnectionRules;
  /** Called when a further connection was closed at once, and those that are open carry on without it. */
  readonly onTurnedAway?: () => void;
  /** What is sent as `User-Agent`; absent: our own. */
  readonly userAgent?: string;
}

/** How a server is talked to now. */
export interface ConnectionUsage {
  readonly protocol: 'HTTP/1.1' | 'HTTP/2';
  /** Connections that are open. */
  readonly sockets: number;
  /** No more connections than this are ever open. */
  readonly maxSockets: number;
  /** So many the server grants, which has closed a further one at once; absent: none that we know of. */
  readonly granted?: number;
  /** Exchanges that are under way. */
  readonly exchanges: number;
}

/** A connection that carries nothing for so long is closed where nobody says otherwise: a churn is no reason to keep forty for ever. */
export const IDLE_TIMEOUT_MS = 90_000;

/**
 * Carries single requests to a server and whole answers back, over kept connections: plain, with TLS, or by a Unix socket.
 * It knows nothing of what is asked. Retries, order and the number of requests at a time are the business of others.
 */
export class Transport {
  readonly #clock: Clock;
  readonly #agent: http.Agent;
  readonly #base: https.RequestOptions;
  readonly #pathPrefix: string;
  readonly #userAgent: string;
  readonly #certificates: Certificates | undefined;
  readonly #rules: ConnectionRules;
  readonly #allowance: Allowance;
  readonly #maxConnections: number;
  readonly #onTurnedAway: () => void;

  /** `server` is its name in messages. Throws an AutotmplError where the TLS files cannot be used. */
  constructor(server: string, options: TransportOptions, clock: Clock) {
    const { address, auth, tls, maxConnections, connections: rules = {} } = options;
    const secure = address.transport === 'tcp' && address.secure;
    const verification = secure
      ? { rejectUnauthorized: tls.verify, ...serverName(tls.serverName, address) }
      : {};
    const agentOptions = {
      ...verification,
      keepAlive: rules.reuse ?? true,
      maxSockets: maxConnections,
      maxFreeSockets: Math.min(maxConnections, rules.maxIdle ?? maxConnections),
      // Of idle ones only: a request has a deadline of its own.
      timeout: rules.idleTimeoutMs ?? IDLE_TIMEOUT_MS,
      // A resumed session would go on with the old certificate after a new one is there.
      maxCachedSessions: 0,
    };
    this.#clock = clock;
    this.#maxConnections = maxConnections;
    this.#allowance = new Allowance(maxConnections, clock);
    this.#onTurnedAway = options.onTurnedAway ?? (() => undefined);
    this.#rules = rules;
    this.#userAgent = options.userAgent ?? 'autotmpl';
    this.#agent = secure ? new https.Agent(agentOptions) : new http.Agent(agentOptions);
    // There is one server: whoever writes its address in another way shares the same connections.
    this.#agent.getName = () => server;
    this.#certificates = secure ? new Certificates(server, tls, clock) : undefined;
    this.#pathPrefix = address.transport === 'tcp' ? address.pathPrefix : '';
    this.#base = {
      agent: this.#agent,
      ...(address.transport === 'unix'
        ? { socketPath: address.socketPath }
        : { host: address.host, port: address.port }),
      ...(auth === undefined ? {} : { auth: `${auth.username}:${auth.password}` }),
      ...verification,
    };
  }

  /** How many exchanges there may be at a time: each has a connection of its own. */
  get capacity(): number {
    return this.#allowance.most;
  }

  /**
   * One request, one whole answer of whatever status. Rejects with an {@link ExchangeError} (a {@link NoRoomError} where the server grants no further connection,
   * and others go on), or with the signal's reason once it aborts; either way the socket is gone by then.
   */
  async exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
    signal.throwIfAborted();
    const received = await this.#receive(request, signal).catch((error: unknown) => {
      const isLimit = error instanceof ExchangeError && error.failure === 'limit';
      if (isLimit && this.#allowance.turnAway()) throw this.#noRoom(error.cause);
      throw error;
    });
    const { head, body, isTurnedAway } = received;
    if (isTurnedAway && this.#allowance.turnAway()) throw this.#noRoom(undefined);
    const encoding = head.headers['content-encoding'];
    return { ...head, body: await unpackBody(body, encoding, request.mostBytes) };
  }

  /** How many connections there are, and what goes over them. */
  usage(): ConnectionUsage {
    const { sockets, freeSockets } = this.#agent;
    const exchanges = countIn(sockets);
    const open = exchanges + countIn(freeSockets);
    const { granted } = this.#allowance;
    return {
      ...{ protocol: 'HTTP/1.1', sockets: open, maxSockets: this.#maxConnections, exchanges },
      ...(granted !== undefined && { granted }),
    };
  }

  /** Allows fewer connections than `maxConnections`, or as many again. */
  limit(sockets: number): void {
    this.#allowance.limit(sockets);
  }

  /** What another client makes its requests with, so that they go over these connections and count as theirs do. */
  lend(): http.Agent {
    this.#agent.maxSockets = this.#allowance.most;
    this.#takeCertificates();
    return this.#agent;
  }

  /** Closes the kept connections. */
  close(): void {
    this.#agent.destroy();
  }

  #noRoom(cause: unknown): NoRoomError {
    this.#onTurnedAway();
    return new NoRoomError(cause);
  }

  /** What connections are made with from now on: an agent itself knows one set for its whole life. */
  #takeCertificates(): void {
    if (this.#certificates === undefined || !(this.#agent instanceof https.Agent)) return;
    Object.assign(this.#agent.options, { secureContext: this.#certificates.context() });
  }

  #receive(request: HttpRequest, signal: AbortSignal): Promise<Received> {
    const onGranted = (socket: Socket): void => this.#allowance.note(socket);
    const parts = { rules: this.#rules, onGranted, clock: this.#clock };
    return receiveReply(this.#open(request), request, parts, signal);
  }

  #open(request: HttpRequest): http.ClientRequest {
    const { write } = request;
    this.#agent.maxSockets = this.#allowance.most;
    const body = write === undefined ? undefined : JSON.stringify(write);
    const options: https.RequestOptions = {
      ...this.#base,
      method: request.method ?? (body === undefined ? 'GET' : 'PUT'),
      path: this.#pathPrefix + request.path,
      headers: {
        'user-agent': this.#userAgent,
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...(request.packed ? { 'accept-encoding': 'gzip' } : {}),
        ...request.headers,
      },
    };
    if (this.#certificates === undefined) return http.request(options).end(body);
    this.#takeCertificates();
    return https.request(options).end(body);
  }
}

function countIn(sockets: NodeJS.ReadOnlyDict<readonly unknown[]>): number {
  return Object.values(sockets).reduce((sum, some) => sum + (some?.length ?? 0), 0);
}
