import type { Agent } from 'node:http';
import type { Clock } from '../../core/time.ts';
import { withParameters } from '../http/api-path.ts';
import { TokenSource, type TokenOptions } from '../http/token.ts';
import { NegotiatedTransport } from '../http/negotiated-transport.ts';
import type { HttpReply, HttpRequest } from '../http/exchange.ts';
import { Transport, type ConnectionUsage, type TransportOptions } from '../http/transport.ts';
import { ExchangeError, NoRoomError } from '../http/exchange-error.ts';
import { Connections, type Lane } from './connections.ts';
import { NOW, type Position } from './cursor.ts';
import { LateReleases } from './late-releases.ts';
import { Liveness, PROBE_AFTER_MS } from './liveness.ts';
import { LONGEST_ROUND_MS } from './places.ts';
import type { BlockingServer } from './server.ts';

/** For what is answered at once; servers without a leader hold a read for 7 s before they say so. */
const READ_DEADLINE_MS = 10_000;
/** An agent that does not answer so cheap a question in this time hangs. */
const PROBE_DEADLINE_MS = 5000;
/**
 * Over the longest time that a blocking query may take by the agent's own rules. Longer than it takes to notice a hung agent by
 * its silence, which tells all queries at once.
 */
const WAIT_SLACK_MS = PROBE_AFTER_MS + PROBE_DEADLINE_MS + 1000;

/** An answer, and to what. */
export interface Answered {
  readonly reply: HttpReply;
  /** What was really asked: a query that found no free connection to wait on is asked without waiting. */
  readonly asked: Position;
  /** From the moment when the question was sent. */
  readonly elapsedMs: number;
}

/** What is asked, and whether a long answer is expected, which may come packed. */
export interface AgentQuestion {
  readonly path: string;
  readonly packed: boolean;
  /** An answer at this index brings nothing new, and is given without its body. */
  readonly knownIndex?: number | undefined;
  /** Whether it is about a lock, whose turn does not depend on other queries. */
  readonly onLock?: boolean;
  /** A longer answer is not taken. */
  readonly mostBytes?: number | undefined;
}

/** What is said or asked about what is ours at the agent. */
export type OwnRequest = Pick<HttpRequest, 'path' | 'write' | 'deadlineMs'>;

type Sendable = Omit<AgentQuestion, 'onLock'> &
  Pick<HttpRequest, 'deadlineMs' | 'holdsMs' | 'write'>;

/** How an agent is asked. */
export interface ClientOptions extends TransportOptions, TokenOptions {
  /** HTTP/2 is spoken where the agent does: many questions share a connection. */
  readonly multiplexes?: boolean;
}

/** Puts questions to one agent: with its token, in turn, and each within a deadline. */
export class BlockingClient {
  readonly connections: Connections;
  readonly liveness: Liveness;
  readonly server: BlockingServer;
  readonly #clock: Clock;
  readonly #transport: Transport | NegotiatedTransport;
  readonly #tokens: TokenSource;
  readonly #late: LateReleases;

  /** Throws an AutotmplError where the options cannot work. */
  constructor(server: BlockingServer, options: ClientOptions, clock: Clock) {
    this.server = server;
    this.#clock = clock;
    const Protocol = options.multiplexes === true ? NegotiatedTransport : Transport;
    this.#transport = new Protocol(server.name, options, clock);
    this.#tokens = new TokenSource(server.name, options, clock);
    this.#late = new LateReleases(clock);
    this.connections = new Connections(() => this.#transport.capacity, clock);
    this.liveness = new Liveness({ clock, probe: (signal) => this.#probe(signal) });
  }

  /** Asks for what is there now; any status is an answer. Rejects with an ExchangeError, or the signal's reason. */
  async read(question: AgentQuestion, signal: AbortSignal): Promise<HttpReply> {
    return (await this.ask(question, NOW, signal)).reply;
  }

  /** Asks from a position on: for what is there now, or for the next news. Rejects as `read` does. */
  async ask(question: AgentQuestion, position: Position, signal: AbortSignal): Promise<Answered> {
    return this.liveness.guard(signal, async (guarded) => {
      try {
        return await this.#askInTurn(question, position, { signal, guarded });
      } catch (error) {
        if (!(error instanceof NoRoomError)) throw error;
        return this.#askInTurn(question, NOW, { signal, guarded });
      }
    });
  }

  /**
   * Makes one exchange about what is ours at the agent, ahead of all queries; any status is an answer. Rejects as `read` does, with `timeout` too where no
   * connection was free within the deadline.
   */
  async tell(request: OwnRequest, signal: AbortSignal): Promise<HttpReply> {
    const make = (): Promise<HttpReply> =>
      this.#own(request.deadlineMs, signal, () =>
        this.#exchange({ ...request, packed: false }, signal),
      );
    return make().catch((error: unknown) => {
      if (error instanceof NoRoomError) return make();
      throw error;
    });
  }

  /** From now on connections are kept for what is ours at the agent: for `tell`, and for `lend` where that is called, too. */
  keepForOwn({ lends }: { readonly lends: boolean }): void {
    this.connections.keepForOwn();
    if (lends && 'keepForLending' in this.#transport) this.#transport.keepForLending();
  }

  /** Lets another client make one request over our connections, ahead of all queries, with the token that is good now. Rejects as `tell` does. */
  async lend<T>(
    deadlineMs: number,
    signal: AbortSignal,
    act: (agent: Agent, token: string | undefined) => Promise<T>,
  ): Promise<T> {
    return this.#own(deadlineMs, signal, async () =>
      act(this.#transport.lend(), await this.#tokens.current()),
    );
  }

  /** How many connections there are, and what goes over them. */
  usage(): ConnectionUsage {
    return this.#transport.usage();
  }

  /** Closes the kept connections. */
  close(): void {
    this.#late.close();
    this.#transport.close();
  }

  async #askInTurn(
    question: AgentQuestion,
    position: Position,
    { signal, guarded }: { readonly signal: AbortSignal; readonly guarded: AbortSignal },
  ): Promise<Answered> {
    const waiting =
      position.index === 0
        ? undefined
        : await this.connections.acquire(
            question.onLock === true ? 'lock' : 'wait',
            guarded,
            LONGEST_ROUND_MS,
          );
    const release = waiting ?? (await this.connections.acquire(laneOf(question), guarded));
    const startedAt = this.#clock.now();
    try {
      return await this.#ask(question, waiting === undefined ? NOW : position, guarded);
    } finally {
      const endsAt = startedAt + longestWaitMs(position.waitMs);
      if (waiting !== undefined && signal.aborted) this.#late.releaseAt(waiting, endsAt);
      else release?.();
    }
  }

  async #own<T>(deadlineMs: number, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const release = await this.connections.acquire('own', signal, deadlineMs);
    if (release === undefined) throw new ExchangeError('timeout');
    try {
      return await act();
    } finally {
      release();
    }
  }

  async #ask(
    { onLock: _, ...question }: AgentQuestion,
    asked: Position,
    signal: AbortSignal,
  ): Promise<Answered> {
    const startedAt = this.#clock.now();
    const request =
      asked.index === 0 ? { ...question, deadlineMs: READ_DEADLINE_MS } : blocking(question, asked);
    const reply = await this.#exchange(request, signal);
    return { reply, asked, elapsedMs: this.#clock.now() - startedAt };
  }

  async #exchange(request: Sendable, signal: AbortSignal): Promise<HttpReply> {
    const token = await this.#tokens.current();
    const reply = await this.#send(request, token, signal);
    if (reply.status !== 403) return reply;
    const newer = await this.#tokens.current({ refused: true });
    return newer === token ? reply : this.#send(request, newer, signal);
  }

  async #send(
    { knownIndex, ...request }: Sendable,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    const { tokenHeader, indexHeader } = this.server;
    const known = knownIndex === undefined ? undefined : String(knownIndex);
    const reply = await this.#transport.exchange(
      {
        ...request,
        headers: token === undefined ? {} : { [tokenHeader]: token },
        ...(known !== undefined && {
          // An index counts in good answers only.
          bringsNothing: ({ status, headers }) =>
            (status === 200 || status === 404) && headers[indexHeader] === known,
        }),
      },
      signal,
    );
    this.liveness.answered();
    return reply;
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const release = await this.connections.acquire('probe', signal);
    try {
      const path = '/v1/status/leader';
      await this.#exchange({ path, packed: false, deadlineMs: PROBE_DEADLINE_MS }, signal);
    } finally {
      release?.();
    }
  }
}

/** For what is answered at once. */
function laneOf({ onLock, knownIndex }: AgentQuestion): Lane {
  if (onLock === true) return 'own';
  // Who knows what was there a moment ago lets those go first who know nothing yet.
  return knownIndex === undefined ? 'read' : 'visit';
}

function blocking(question: AgentQuestion, asked: Position): Sendable {
  const waitMs = Math.max(1, Math.round(asked.waitMs));
  return {
    ...question,
    path: withParameters(question.path, `index=${asked.index}&wait=${waitMs}ms`),
    deadlineMs: longestWaitMs(waitMs) + WAIT_SLACK_MS,
    holdsMs: longestWaitMs(waitMs),
  };
}

/** By the agent's own rules: it adds up to a sixteenth at random. */
function longestWaitMs(waitMs: number): number {
  return (waitMs * 17) / 16;
}
