import type { ClientHttp2Session, OutgoingHttpHeaders } from 'node:http2';
import type { SecureContext } from 'node:tls';
import type { CancelTimer, Clock } from '../../../core/time.ts';
import { ExchangeError, NoRoomError } from '../exchange-error.ts';
import type { HttpReply, HttpRequest } from '../exchange.ts';
import { SessionQueue } from './session-queue.ts';
import { Session } from './session.ts';

/** Enough for ten thousand questions that wait; a default agent grants one address two hundred. */
const MOST_SESSIONS = 48;
/** A connection that carries nothing for so long is closed. */
const IDLE_MS = 30_000;
/** A connection that could not be had for one cannot be had for anybody in this time, however many want one. */
const DIAL_PAUSE_MS = 50;

/** What is asked on a stream, ready to be sent. */
export interface StreamRequest {
  readonly request: HttpRequest;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string | undefined;
}

/** What the sessions are made of. */
export interface SessionsParts {
  /** Opens a connection; undefined where the server does not speak HTTP/2. Rejects with an {@link ExchangeError}. */
  readonly dial: (signal: AbortSignal) => Promise<ClientHttp2Session | undefined>;
  /** The certificates that a connection is made with now. */
  readonly context: () => SecureContext;
  readonly maxConnections: number;
  readonly idleMs?: number | undefined;
  /** Called when a further connection was closed at once, and those that are open carry on without it. */
  readonly onTurnedAway?: (() => void) | undefined;
  readonly clock: Clock;
}

/**
 * Spreads exchanges over as few connections as carry them, and opens and closes connections as they are needed: first the room that is
 * planned for questions that wait, then another connection, and where there can be none, all that the server takes.
 */
export class Sessions {
  readonly #parts: SessionsParts;
  #most: number;
  readonly #sessions = new Set<Session>();
  readonly #queue = new SessionQueue();
  readonly #closed = new AbortController();
  /** How many streams a connection takes, by the last one that was opened. */
  #streamsEach: number | undefined;
  #isDialing = false;
  #failedAt = Number.NEGATIVE_INFINITY;
  #failure: Error = new ExchangeError('other');
  #cancelDial: CancelTimer | undefined;
  #cancelIdle: CancelTimer | undefined;

  constructor(parts: SessionsParts) {
    this.#parts = parts;
    this.#most = mostOf(parts.maxConnections);
  }

  /** How many exchanges there may be at a time; undefined as long as no server has said it. */
  get capacity(): number | undefined {
    if (this.#streamsEach === undefined) return undefined;
    const sessions = this.#isHeldBack() ? this.#sessions.size : this.#most;
    return this.#streamsEach * Math.max(1, sessions);
  }

  /** No more connections than this are ever open. */
  get most(): number {
    return this.#most;
  }

  /** Allows no more connections than this from now on; one there always is. What is under way on those that are too many fails. */
  limit(maxConnections: number): void {
    this.#most = mostOf(maxConnections);
    for (const session of [...this.#sessions].slice(this.#most)) session.destroy();
  }

  /** Connections that are open, exchanges under way on them, and how many the server grants where it has just closed a further one. */
  usage(): { readonly sockets: number; readonly exchanges: number; readonly granted?: number } {
    const sockets = this.#sessions.size;
    let exchanges = 0;
    for (const session of this.#sessions) exchanges += session.streams;
    const isTurnedAway = sockets > 0 && this.#isHeldBack() && isLimit(this.#failure);
    return { sockets, exchanges, ...(isTurnedAway && { granted: sockets }) };
  }

  /**
   * One exchange; undefined where the server does not speak HTTP/2. Rejects with an {@link ExchangeError}, or with the signal's reason
   * once it aborts.
   */
  async send(
    { request, headers, body }: StreamRequest,
    signal: AbortSignal,
  ): Promise<HttpReply | undefined> {
    const session = await this.#acquire(request.holdsMs !== undefined, signal);
    return session?.send(headers, request, body, signal);
  }

  /** Closes all connections; what is under way fails. */
  close(): void {
    this.#closed.abort(new ExchangeError('other'));
    this.#cancelDial?.();
    this.#cancelIdle?.();
    this.#queue.refuse(() => new ExchangeError('other'));
    for (const session of this.#sessions) session.destroy();
    this.#sessions.clear();
  }

  async #acquire(waits: boolean, signal: AbortSignal): Promise<Session | undefined> {
    signal.throwIfAborted();
    this.#closed.signal.throwIfAborted();
    const session = this.#find(waits);
    if (session !== undefined) return session.reserve();
    if (this.#isHeldBack()) {
      if (this.#sessions.size === 0) throw this.#failure;
      if (waits) throw new NoRoomError(this.#failure);
    }
    const turn = this.#queue.join(waits, signal);
    this.#grow();
    return turn;
  }

  /** A connection with room. One with new certificates comes first, so that those with old ones run empty. */
  #find(waits: boolean): Session | undefined {
    const context = this.#parts.context();
    const use = !waits ? 'now' : this.#mayGrow() ? 'asPlanned' : 'wait';
    let older: Session | undefined;
    for (const session of this.#sessions) {
      if (session.room(use) <= 0) continue;
      if (session.context === context) return session;
      older ??= session;
    }
    return this.#mayGrow() ? undefined : older;
  }

  #mayGrow(): boolean {
    return this.#sessions.size < this.#most && !this.#isHeldBack();
  }

  /** Whether another connection could not be opened a moment ago. */
  #isHeldBack(): boolean {
    return this.#parts.clock.now() - this.#failedAt < this.#pauseMs();
  }

  /** Where there is something to do without it, a connection that could not be opened is tried again later. */
  #pauseMs(): number {
    return this.#sessions.size > 0 ? IDLE_MS : DIAL_PAUSE_MS;
  }

  #grow(): void {
    if (this.#isDialing || this.#queue.isEmpty) return;
    if (this.#sessions.size >= this.#most) {
      // Whoever hears of the end of one comes back here.
      this.#closeLeaving();
      return;
    }
    const pauseMs = this.#failedAt + this.#pauseMs() - this.#parts.clock.now();
    if (pauseMs > 0) {
      this.#cancelDial ??= this.#parts.clock.setTimer(() => {
        this.#cancelDial = undefined;
        this.#serve();
      }, pauseMs);
      return;
    }
    this.#isDialing = true;
    void this.#dial().finally(() => {
      this.#isDialing = false;
      this.#serve();
    });
  }

  /** Where the budget leaves no room for another, one that the server takes leave of is not waited for. */
  #closeLeaving(): void {
    for (const session of this.#sessions) {
      if (!session.isOpen) return session.destroy();
    }
  }

  async #dial(): Promise<void> {
    const { dial, context: contextNow, clock } = this.#parts;
    const context = contextNow();
    try {
      const opened = await dial(this.#closed.signal);
      if (opened === undefined) {
        this.#queue.grantAll(undefined);
        return;
      }
      const session = new Session({
        session: opened,
        context,
        clock,
        onChange: () => this.#changed(session),
      });
      this.#sessions.add(session);
      this.#failedAt = Number.NEGATIVE_INFINITY;
      this.#streamsEach = session.limit;
      if (this.#closed.signal.aborted) session.destroy();
    } catch (error) {
      this.#failedAt = clock.now();
      if (isLimit(error) && this.#sessions.size > 0) this.#parts.onTurnedAway?.();
      this.#failure = error instanceof Error ? error : new Error(String(error));
      this.#grant();
      this.#refuse(this.#failure);
    }
  }

  /** What is answered at once finds room soon, where there are other connections. */
  #refuse(reason: Error): void {
    const isAlone = this.#sessions.size === 0;
    this.#queue.refuse((waits) => {
      if (isAlone) return reason;
      return waits ? new NoRoomError(reason) : undefined;
    });
  }

  #changed(session: Session): void {
    if (session.isOpen) this.#streamsEach = session.limit;
    if (!session.isThere && this.#sessions.delete(session)) {
      // Without it, what waits for another may have to be tried at once.
      this.#cancelDial?.();
      this.#cancelDial = undefined;
    }
    this.#serve();
    this.#closeIdle();
  }

  #serve(): void {
    this.#grant();
    this.#grow();
  }

  #grant(): void {
    this.#queue.grant((waits) => this.#find(waits)?.reserve());
  }

  /** Closes what has carried nothing for long, and what was made with certificates that are no longer used. */
  #closeIdle(): void {
    const { clock, idleMs = IDLE_MS } = this.#parts;
    const now = clock.now();
    let soonestMs = Number.POSITIVE_INFINITY;
    for (const session of this.#sessions) {
      const { idleSince } = session;
      if (idleSince === undefined) continue;
      const leftMs = idleSince + idleMs - now;
      if (leftMs <= 0) session.retire();
      else soonestMs = Math.min(soonestMs, leftMs);
    }
    if (!Number.isFinite(soonestMs) || this.#cancelIdle !== undefined) return;
    this.#cancelIdle = clock.setTimer(() => {
      this.#cancelIdle = undefined;
      this.#closeIdle();
    }, soonestMs);
  }
}

function isLimit(error: unknown): boolean {
  return error instanceof ExchangeError && error.failure === 'limit';
}

function mostOf(maxConnections: number): number {
  return Math.max(1, Math.min(maxConnections, MOST_SESSIONS));
}
