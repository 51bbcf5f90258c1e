import * as http from 'node:http';
import * as https from 'node:https';
import type { CancelTimer, Clock } from '../../core/time.ts';
import { Certificates } from './certificates.ts';
import { Allowance } from './allowance.ts';
import { classifyFailure, ExchangeError, NoRoomError } from './exchange-error.ts';
import type { ConnectionRules, HttpAddress, TlsOptions } from './options.ts';
import { serverName } from './server-name.ts';
import { MAX_BODY_BYTES, unpackBody } from './unpack.ts';

/** What is asked. */
export interface HttpRequest {
  /** API path and parameters, both already escaped; the address's own prefix is put before it. */
  readonly path: string;
  /** In small letters; the token among them. */
  readonly headers: Readonly<Record<string, string>>;
  /** Absent: GET for a question, PUT for what is written. */
  readonly method?: string;
  /** Whether the answer may come packed: worth it for long ones only, since Consul packs even ten bytes where it may. */
  readonly packed: boolean;
  /** Tells by its head that an answer brings nothing new: it is then given without its body. */
  readonly bringsNothing?: (head: ReplyHead) => boolean;
  /** No longer answer is taken, packed or not; absent: only what no question may be answered with. */
  readonly mostBytes?: number | undefined;
  /** What is written, as JSON; absent: the request is a question. */
  readonly write?: unknown;
  /** Longest time until the whole answer is here. */
  readonly deadlineMs: number;
  /** For a question that waits at the server: how long it may be held there, whether or not anybody listens still. */
  readonly holdsMs?: number;
}

/** What an answer begins with. */
export interface ReplyHead {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
}

/** A whole answer: a body that was cut never becomes one. */
export interface HttpReply extends ReplyHead {
  /** As the server meant it: unpacked where it came packed; empty where it brings nothing new. */
  readonly body: Buffer;
}

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
  /** Exchanges that are under way. */
  readonly exchanges: number;
}

/** Idle time before the system asks whether the other side is still there. */
const TCP_KEEP_ALIVE_MS = 15_000;
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
    const sent = await this.#send(request, signal).catch((error: unknown) => {
      const isLimit = error instanceof ExchangeError && error.failure === 'limit';
      if (isLimit && this.#allowance.turnAway()) throw this.#noRoom(error.cause);
      throw error;
    });
    const { response, body, isTurnedAway } = sent;
    const { headers } = response;
    if (isTurnedAway && this.#allowance.turnAway()) throw this.#noRoom(undefined);
    return {
      ...headOf(response),
      body: await unpackBody(body, headers['content-encoding'], request.mostBytes),
    };
  }

  /** How many connections there are, and what goes over them. */
  usage(): ConnectionUsage {
    const { sockets, freeSockets } = this.#agent;
    const exchanges = countIn(sockets);
    const open = exchanges + countIn(freeSockets);
    return { protocol: 'HTTP/1.1', sockets: open, maxSockets: this.#maxConnections, exchanges };
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

  #send(
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<{ response: http.IncomingMessage; body: Buffer; isTurnedAway: boolean }> {
    const startedAt = this.#clock.now();
    const outgoing = this.#open(request);
    const { mostBytes = MAX_BODY_BYTES } = request;
    return new Promise((resolve, reject) => {
      let failure: { readonly reason: unknown } | undefined;
      let answer: http.IncomingMessage | undefined;
      const chunks: Buffer[] = [];
      let size = 0;

      const giveUp = (reason: unknown): void => {
        failure ??= { reason };
        outgoing.destroy();
      };
      const abort = (): void => giveUp(signal.reason);
      const cancelDeadline = this.#clock.setTimer(
        () => giveUp(new ExchangeError('timeout')),
        request.deadlineMs,
      );
      let cancelDial: CancelTimer = () => undefined;
      const release = (): void => {
        cancelDeadline();
        cancelDial();
        signal.removeEventListener('abort', abort);
      };
      const facts = () => ({
        reusedSocket: outgoing.reusedSocket,
        elapsedMs: this.#clock.now() - startedAt,
        answerBegan: answer !== undefined,
      });

      signal.addEventListener('abort', abort, { once: true });
      outgoing.on('socket', (socket) => {
        if (outgoing.reusedSocket) return;
        socket.setKeepAlive(true, this.#rules.keepAliveMs ?? TCP_KEEP_ALIVE_MS);
        const { dialTimeoutMs } = this.#rules;
        if (dialTimeoutMs === undefined || !socket.connecting) return;
        cancelDial = this.#clock.setTimer(
          () => giveUp(new ExchangeError('timeout')),
          dialTimeoutMs,
        );
        socket.once('connect', () => cancelDial());
      });
      outgoing.on('error', (error) => (failure ??= { reason: classifyFailure(error, facts()) }));
      outgoing.on('response', (response) => {
        answer = response;
        const isTurnedAway = !outgoing.reusedSocket && saysTooMany(response);
        if (!isTurnedAway) this.#allowance.note(response.socket);
        const bringsNothing = request.bringsNothing?.(headOf(response)) ?? false;
        response.on('data', (chunk: Buffer) => {
          size += chunk.length;
          if (!bringsNothing) chunks.push(chunk);
          if (size > mostBytes) giveUp(new ExchangeError('tooLarge'));
        });
        response.on('error', (error) => (failure ??= { reason: classifyFailure(error, facts()) }));
        response.on('end', () => {
          // A body that is cut may end too, without an error.
          if (!response.complete) return;
          release();
          const body = Buffer.concat(chunks);
          if (failure === undefined) resolve({ response, body, isTurnedAway });
          else reject(toError(failure.reason));
        });
      });
      outgoing.on('close', () => {
        // The whole answer is here: 'end' settles it, or has. A socket that closes behind its last byte may be heard of before
        // that byte.
        if (answer?.complete === true && failure === undefined) return;
        release();
        reject(toError(failure?.reason ?? classifyFailure(undefined, facts())));
      });
    });
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

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** As an agent of Consul 1.9 and later says that it grants no further connection; it closes that one. Other 429 are about requests. */
function saysTooMany({ statusCode, headers }: http.IncomingMessage): boolean {
  return statusCode === 429 && headers.connection === 'close';
}

function headOf({ statusCode = 0, headers }: http.IncomingMessage): ReplyHead {
  return { status: statusCode, headers };
}

function countIn(sockets: NodeJS.ReadOnlyDict<readonly unknown[]>): number {
  return Object.values(sockets).reduce((sum, some) => sum + (some?.length ?? 0), 0);
}
