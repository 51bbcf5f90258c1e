import type { Agent } from 'node:http';
import type { OutgoingHttpHeaders } from 'node:http2';
import { Deadline } from '../../core/deadline.ts';
import type { Clock } from '../../core/time.ts';
import { Certificates } from './certificates.ts';
import { ExchangeError } from './exchange-error.ts';
import { dial } from './http2/dial.ts';
import { Sessions } from './http2/sessions.ts';
import type { HttpAddress } from './options.ts';
import type { HttpReply, HttpRequest } from './exchange.ts';
import { Transport, type ConnectionUsage, type TransportOptions } from './transport.ts';

/**
 * Carries requests by HTTP/2 where the server is asked by TLS and says that it speaks it: many at a time over few connections. Everywhere
 * else it is the {@link Transport} for HTTP/1.1, and so it is where connections are not to be kept.
 */
export class NegotiatedTransport {
  readonly #clock: Clock;
  readonly #plain: Transport;
  #sessions: Sessions | undefined;
  readonly #headers: OutgoingHttpHeaders;
  readonly #pathPrefix: string;
  readonly #maxConnections: number;
  /** The server has said that it does not speak HTTP/2. */
  #isOld = false;
  /** Somebody has requests that only HTTP/1.1 can carry. */
  #lends = false;

  /** `server` is its name in messages. Throws an AutotmplError where the TLS files cannot be used. */
  constructor(server: string, options: TransportOptions, clock: Clock) {
    const { address, auth, tls, connections: rules = {}, maxConnections } = options;
    this.#clock = clock;
    this.#plain = new Transport(server, options, clock);
    this.#maxConnections = maxConnections;
    this.#pathPrefix = address.transport === 'tcp' ? address.pathPrefix : '';
    this.#headers = {
      ':scheme': 'https',
      'user-agent': options.userAgent ?? 'autotmpl',
      ...(auth !== undefined && { authorization: basic(`${auth.username}:${auth.password}`) }),
    };
    if (!isSecure(address) || rules.reuse === false) return;
    const { host, port } = address;
    const certificates = new Certificates(server, tls, clock);
    this.#plain.limit(LENT);
    this.#sessions = new Sessions({
      dial: (signal) => dial({ host, port, tls, certificates, rules, clock }, signal),
      context: () => certificates.context(),
      maxConnections,
      idleMs: rules.idleTimeoutMs,
      onTurnedAway: options.onTurnedAway,
      clock,
    });
  }

  /** How many exchanges there may be at a time, as far as the server has said it. */
  get capacity(): number {
    if (this.#isOld || this.#sessions === undefined) return this.#plain.capacity;
    return this.#sessions.capacity ?? this.#maxConnections;
  }

  /** As {@link Transport.exchange}; an exchange that is aborted leaves its connection to the others. */
  async exchange(request: HttpRequest, signal: AbortSignal): Promise<HttpReply> {
    if (this.#sessions === undefined) return this.#plain.exchange(request, signal);
    if (!this.#isOld) {
      const reply = await this.#multiplex(this.#sessions, request, signal);
      if (reply !== undefined) return reply;
      this.#noteOld(true);
    }
    try {
      return await this.#plain.exchange(request, signal);
    } catch (error) {
      // Whoever is there next may be another.
      if (error instanceof ExchangeError && MAY_BE_ANOTHER.has(error.failure)) this.#noteOld(false);
      throw error;
    }
  }

  /** How many connections there are, and what goes over them. */
  usage(): ConnectionUsage {
    const sessions = this.#sessions;
    if (this.#isOld || sessions?.capacity === undefined) return this.#plain.usage();
    const [shared, plain] = [sessions.usage(), this.#plain.usage()];
    return {
      protocol: 'HTTP/2',
      sockets: shared.sockets + plain.sockets,
      maxSockets: sessions.most + (this.#lends ? LENT : 0),
      exchanges: shared.exchanges + plain.exchanges,
      ...(shared.granted !== undefined && { granted: shared.granted }),
    };
  }

  /** From now on one connection is kept for {@link lend} where HTTP/2 is spoken. It is not where that would be the only one. */
  keepForLending(): void {
    this.#lends = true;
    if (this.#maxConnections > LENT) return this.#sessions?.limit(this.#maxConnections - LENT);
    this.#sessions?.close();
    this.#sessions = undefined;
  }

  /** As {@link Transport.lend}. */
  lend(): Agent {
    return this.#plain.lend();
  }

  /** Closes the kept connections. */
  close(): void {
    this.#sessions?.close();
    this.#plain.close();
  }

  #noteOld(isOld: boolean): void {
    this.#isOld = isOld;
    this.#plain.limit(isOld ? this.#maxConnections : LENT);
  }

  async #multiplex(
    sessions: Sessions,
    request: HttpRequest,
    signal: AbortSignal,
  ): Promise<HttpReply | undefined> {
    const deadline = new Deadline(this.#clock, request.deadlineMs, signal);
    const body = request.write === undefined ? undefined : JSON.stringify(request.write);
    const headers = {
      ...this.#headers,
      ':method': request.method ?? (body === undefined ? 'GET' : 'PUT'),
      ':path': this.#pathPrefix + request.path,
      ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
      ...(request.packed ? { 'accept-encoding': 'gzip' } : {}),
      ...request.headers,
    };
    try {
      return await sessions.send({ request, headers, body }, deadline.signal);
    } catch (error) {
      throw deadline.isLate ? new ExchangeError('timeout') : error;
    } finally {
      deadline.close();
    }
  }
}

/** Connections beside those of HTTP/2, for requests that only HTTP/1.1 can carry: each is answered at once. */
const LENT = 1;

const MAY_BE_ANOTHER = new Set<ExchangeError['failure']>(['refused', 'reset', 'cut', 'tls']);

function isSecure(address: HttpAddress): address is HttpAddress & { readonly transport: 'tcp' } {
  return address.transport === 'tcp' && address.secure;
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}
