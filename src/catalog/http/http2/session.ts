import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { SecureContext } from 'node:tls';
import type { CancelTimer, Clock } from '../../../core/time.ts';
import { classifyFailure, ExchangeError } from '../exchange-error.ts';
import type { HttpReply, HttpRequest } from '../exchange.ts';
import { readStream, type StreamOwner } from './stream.ts';

/** A silence of this length on a connection that carries questions makes us ask whether the other side is there. */
const PING_AFTER_MS = 10_000;
/** A server that does not answer a ping in this time hangs, or the way to it is cut. */
const PING_DEADLINE_MS = 5000;
const PING_GRACE_MS = 250;
/** Consul's own limit for the streams of one connection. No more than this even where a server allows more. */
const MOST_STREAMS = 250;
/** Of the streams, this share is for questions that wait, as long as there may be further connections; and this much where not. */
const PLANNED_SHARE = 0.8;
const MOST_SHARE = 0.9;

/** What a session is told by. */
export interface SessionParts {
  readonly session: ClientHttp2Session;
  /** The certificates that the connection was made with. */
  readonly context: SecureContext;
  readonly clock: Clock;
  /** Called when there may be room for another stream, and when the session has ended. */
  readonly onChange: () => void;
}

/** One connection that carries many exchanges, each on a stream of its own. */
export class Session implements StreamOwner {
  readonly context: SecureContext;
  readonly #session: ClientHttp2Session;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #lingering = new Set<CancelTimer>();
  #limit: number;
  #streams = 0;
  #isLeaving = false;
  #failure: ExchangeError | undefined;
  #heardAt: number;
  #idleSince: number;
  #cancelPing: CancelTimer | undefined;
  #cancelPong: CancelTimer | undefined;

  constructor({ session, context, clock, onChange }: SessionParts) {
    this.context = context;
    this.#session = session;
    this.#clock = clock;
    this.#onChange = onChange;
    this.#heardAt = this.#idleSince = clock.now();
    this.#limit = limitOf(session);
    session.unref();
    session.on('goaway', () => this.#leave());
    session.on('remoteSettings', () => {
      this.#limit = limitOf(session);
      this.#changed();
    });
    session.on('error', (error) => (this.#failure ??= brokenBy(error)));
    session.on('close', () => this.#ended());
    session.on('frameError', () => this.#end(new ExchangeError('other')));
  }

  /** Why the connection ended; undefined where nobody said. */
  get failure(): ExchangeError | undefined {
    return this.#failure;
  }

  /** Whether a new exchange may begin here. */
  get isOpen(): boolean {
    return !this.#isLeaving && !this.#session.closed && !this.#session.destroyed;
  }

  /** Whether the connection is there, be it only for what is under way. */
  get isThere(): boolean {
    return !this.#session.destroyed;
  }

  /** How many streams the server takes at a time. */
  get limit(): number {
    return this.#limit;
  }

  /** How many exchanges are under way. */
  get streams(): number {
    return this.#streams;
  }

  /** Since when there is none, in milliseconds since the epoch; undefined while there is one. */
  get idleSince(): number | undefined {
    return this.#streams + this.#lingering.size === 0 ? this.#idleSince : undefined;
  }

  /**
   * How many streams may be added: for questions that are answered at once up to the server's limit, over which they would stand
   * without a word; for those that wait so many that the others find room, and fewer than that `asPlanned`.
   */
  room(use: 'now' | 'wait' | 'asPlanned'): number {
    if (!this.isOpen) return 0;
    const share = { now: 1, wait: MOST_SHARE, asPlanned: PLANNED_SHARE }[use];
    return Math.ceil(this.#limit * share) - this.#streams - this.#lingering.size;
  }

  /** Takes a stream for one {@link send}, which has to follow. */
  reserve(): this {
    this.#streams++;
    if (this.#streams > 1) return this;
    this.#session.ref();
    this.#heardAt = this.#clock.now();
    this.#cancelPing ??= this.#clock.setTimer(() => this.#check(), PING_AFTER_MS);
    return this;
  }

  /** One exchange, on a stream that was reserved. Rejects with an {@link ExchangeError}, or with the signal's reason once it aborts. */
  async send(
    headers: OutgoingHttpHeaders,
    request: HttpRequest,
    body: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    const startedAt = this.#clock.now();
    try {
      const reply = await readStream(this.#open(headers, body), request, this, signal);
      this.#heardAt = this.#clock.now();
      return reply;
    } finally {
      if (signal.aborted) this.#linger(startedAt + (request.holdsMs ?? 0));
      this.#finish();
    }
  }

  /** Lets what is under way come to its end, and closes the connection then. */
  retire(): void {
    this.#isLeaving = true;
    if (!this.#session.closed) this.#session.close();
  }

  /** Closes the connection; what is under way on it fails. */
  destroy(): void {
    this.#session.destroy();
    this.#ended();
  }

  #open(headers: OutgoingHttpHeaders, body: string | undefined) {
    try {
      const stream = this.#session.request(headers, { endStream: body === undefined });
      if (body !== undefined) stream.end(body);
      return stream;
    } catch (error) {
      // It may have ended a moment ago, before anybody was told.
      throw new ExchangeError(this.isOpen ? 'other' : 'reset', error);
    }
  }

  #finish(): void {
    this.#streams--;
    if (this.#streams === 0) {
      this.#cancelPing?.();
      this.#cancelPing = undefined;
      if (this.isThere) this.#session.unref();
    }
    this.#changed();
  }

  /**
   * An agent goes on with a question that nobody listens to any more until its wait is over. Newer ones count it among the streams of
   * the connection until then, since one that is opened and reset at once is how they were attacked: so it is counted here too.
   */
  #linger(untilMs: number): void {
    const leftMs = untilMs - this.#clock.now();
    if (leftMs <= 0 || !this.isOpen) return;
    const cancel = this.#clock.setTimer(() => {
      this.#lingering.delete(cancel);
      this.#changed();
    }, leftMs);
    this.#lingering.add(cancel);
  }

  /** A blocked question is silent by nature, so only a ping tells a quiet server from one that hangs, or from a way that is cut. */
  #check(): void {
    this.#cancelPing = undefined;
    const silentMs = this.#clock.now() - this.#heardAt;
    const inMs = silentMs < PING_AFTER_MS ? PING_AFTER_MS - silentMs : this.#ping();
    if (inMs !== undefined) this.#cancelPing = this.#clock.setTimer(() => this.#check(), inMs);
  }

  /** Asks; the answer counts as something heard. Undefined: it is asked no more. */
  #ping(): number | undefined {
    if (!this.isThere) return undefined;
    const hung = (): void => this.#end(new ExchangeError('hung'));
    this.#cancelPong = this.#clock.setTimer(() => {
      // We may have been busy ourselves for all that time: what has come meanwhile is read before this is over.
      this.#cancelPong = this.#clock.setTimer(hung, PING_GRACE_MS);
    }, PING_DEADLINE_MS - PING_GRACE_MS);
    this.#session.ping((error) => {
      this.#cancelPong?.();
      if (error === null) this.#heardAt = this.#clock.now();
    });
    return PING_AFTER_MS;
  }

  #leave(): void {
    this.#isLeaving = true;
    this.#changed();
  }

  #end(failure: ExchangeError): void {
    this.#failure ??= failure;
    this.#session.destroy(failure);
  }

  #ended(): void {
    this.#isLeaving = true;
    this.#cancelPing?.();
    this.#cancelPong?.();
    this.#cancelPing = undefined;
    for (const cancel of this.#lingering) cancel();
    this.#lingering.clear();
    this.#changed();
  }

  #changed(): void {
    if (this.#streams === 0) this.#idleSince = this.#clock.now();
    this.#onChange();
  }
}

function limitOf({ remoteSettings }: ClientHttp2Session): number {
  return Math.min(MOST_STREAMS, remoteSettings.maxConcurrentStreams ?? MOST_STREAMS);
}

function brokenBy(error: unknown): ExchangeError {
  return classifyFailure(error, { reusedSocket: true, elapsedMs: 0, answerBegan: false });
}
