import type { Clock } from '../../core/time.ts';
import { Connections, VISIT_EVERY_MS } from './connections.ts';
import { Liveness } from './liveness.ts';
import { withParameters } from './api-path.ts';
import type { ConsulOptions } from './options.ts';
import { TokenSource } from './token.ts';
import { Transport, type ConsulReply } from './transport.ts';
import type { Position } from './cursor.ts';

/** For what is answered at once; servers without a leader hold a read for 7 s before they say so. */
const READ_DEADLINE_MS = 10_000;
/** Over the longest time that a blocking query may take by the agent's own rules. */
const WAIT_SLACK_MS = 10_000;
/** An agent that does not answer so cheap a question in this time hangs. */
const PROBE_DEADLINE_MS = 5000;

/** An answer, and to what. */
export interface Answered {
  readonly reply: ConsulReply;
  /** What was really asked: a query that found no free connection to wait on is asked without waiting. */
  readonly asked: Position;
  /** From the moment when the question was sent. */
  readonly elapsedMs: number;
}

/** Puts questions to one agent: with its token, in turn, and each within a deadline. */
export class ConsulClient {
  readonly connections: Connections;
  readonly liveness: Liveness;
  readonly #clock: Clock;
  readonly #transport: Transport;
  readonly #tokens: TokenSource;

  /** Throws an AutotmplError where the options cannot work. */
  constructor(options: ConsulOptions, clock: Clock) {
    this.#clock = clock;
    this.#transport = new Transport(options, clock);
    this.#tokens = new TokenSource(options, clock);
    this.connections = new Connections(options.maxConnections, clock);
    this.liveness = new Liveness({ clock, probe: (signal) => this.#probe(signal) });
  }

  /** Asks for what is there now; any status is an answer. Rejects with an ExchangeError, or the signal's reason. */
  async read(path: string, signal: AbortSignal): Promise<ConsulReply> {
    const release = await this.connections.acquire('read', signal);
    try {
      return await this.#exchange(path, READ_DEADLINE_MS, signal);
    } finally {
      release?.();
    }
  }

  /** Asks from a position on: for what is there now, or for the next news. Rejects as `read` does. */
  async ask(path: string, position: Position, signal: AbortSignal): Promise<Answered> {
    const release =
      position.index === 0
        ? undefined
        : await this.connections.acquire('wait', signal, VISIT_EVERY_MS);
    const startedAt = this.#clock.now();
    const answered = (reply: ConsulReply, asked: Position): Answered => ({
      reply,
      asked,
      elapsedMs: this.#clock.now() - startedAt,
    });
    if (release === undefined) {
      return answered(await this.read(path, signal), { index: 0, waitMs: 0 });
    }
    try {
      const waitMs = Math.max(1, Math.round(position.waitMs));
      const deadlineMs = (waitMs * 17) / 16 + WAIT_SLACK_MS;
      const query = withParameters(path, `index=${position.index}&wait=${waitMs}ms`);
      const reply = await this.liveness.guard(signal, (guarded) =>
        this.#exchange(query, deadlineMs, guarded),
      );
      return answered(reply, position);
    } finally {
      release();
    }
  }

  /** Closes the kept connections. */
  close(): void {
    this.#transport.close();
  }

  async #exchange(path: string, deadlineMs: number, signal: AbortSignal): Promise<ConsulReply> {
    const token = await this.#tokens.current();
    const reply = await this.#send({ path, token, deadlineMs }, signal);
    if (reply.status !== 403) return reply;
    const newer = await this.#tokens.current({ refused: true });
    return newer === token ? reply : this.#send({ path, token: newer, deadlineMs }, signal);
  }

  async #send(
    request: {
      readonly path: string;
      readonly token: string | undefined;
      readonly deadlineMs: number;
    },
    signal: AbortSignal,
  ): Promise<ConsulReply> {
    const reply = await this.#transport.exchange(request, signal);
    this.liveness.answered();
    return reply;
  }

  async #probe(signal: AbortSignal): Promise<void> {
    const release = await this.connections.acquire('read', signal);
    try {
      await this.#exchange('/v1/status/leader', PROBE_DEADLINE_MS, signal);
    } finally {
      release?.();
    }
  }
}
