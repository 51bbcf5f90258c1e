import { STATUS_CODES } from 'node:http';
import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import { showConsulAddress } from './address.ts';
import { withParameters } from '../http/api-path.ts';
import { exchangeTrouble, wrongServerAdvice } from '../http/trouble.ts';
import { CONSUL } from './server.ts';
import type { ConsulOptions } from './options.ts';
import { ShapeError } from '../http/shapes.ts';
import { TokenSource } from '../http/token.ts';
import { Transport, type HttpReply } from '../http/transport.ts';

/** Whoever calls comes again soon: an answer that takes longer is none. */
const DEADLINE_MS = 5000;
const LONGEST_SAID = 200;

/** What is asked of the agent, or told it. */
export interface Errand {
  /** API path and parameters, escaped. */
  readonly path: string;
  /** Absent: a question. */
  readonly write?: unknown;
  /** Which replies are an answer; others reject. Absent: a 200. */
  readonly isAnswer?: (reply: HttpReply) => boolean;
  /** What it is for, as the beginning of a sentence: `Consul did not register app-1`. */
  readonly failure: string;
  /** What the token has to be good for: `service:write`. */
  readonly aclRule: string;
  /** For an answer that the agent is asked to hold back; 5 s where absent. */
  readonly deadlineMs?: number;
}

/** Exchanges with one agent about what is ours: a question or a write, one answer, no retries. */
export class Exchange {
  readonly #transport: Transport;
  readonly #tokens: TokenSource;
  readonly #agent: string;
  readonly #scope: string;

  /** Throws an AutotmplError where the options cannot work. */
  constructor(options: ConsulOptions, clock: Clock) {
    this.#transport = new Transport(CONSUL.name, options, clock);
    this.#tokens = new TokenSource(CONSUL.name, options, clock);
    this.#agent = showConsulAddress(options.address);
    this.#scope = new URLSearchParams({
      ...(options.namespace === undefined ? {} : { ns: options.namespace }),
      ...(options.partition === undefined ? {} : { partition: options.partition }),
    }).toString();
  }

  /**
   * Makes one exchange and reads its answer. Rejects with an AutotmplError (`catalog`) that says what the agent answered, or with
   * the signal's reason.
   */
  async run<T>(errand: Errand, read: (reply: HttpReply) => T, signal: AbortSignal): Promise<T> {
    const { isAnswer = isOk, failure } = errand;
    let reply = await this.#send(errand, await this.#tokens.current(), signal);
    if (reply.status === 403) {
      const token = await this.#tokens.current({ refused: true });
      reply = await this.#send(errand, token, signal);
    }
    if (!isAnswer(reply)) throw refusal(errand, reply, this.#agent);
    try {
      return read(reply);
    } catch (error) {
      if (!(error instanceof ShapeError)) throw error;
      throw new AutotmplError(
        'catalog',
        `${failure} at ${this.#agent} in a way that makes sense: ${error.message}`,
        { cause: error, advice: wrongServerAdvice(CONSUL) },
      );
    }
  }

  /** Closes the kept connections. */
  close(): void {
    this.#transport.close();
  }

  async #send(
    { path, write, deadlineMs = DEADLINE_MS }: Errand,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<HttpReply> {
    try {
      const headers = token === undefined ? {} : { [CONSUL.tokenHeader]: token };
      const request = { path: this.#scoped(path), headers, packed: false, deadlineMs };
      return await this.#transport.exchange(
        write === undefined ? request : { ...request, write },
        signal,
      );
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw exchangeTrouble(error, CONSUL, this.#agent).reason;
    }
  }

  #scoped(path: string): string {
    return this.#scope === '' ? path : withParameters(path, this.#scope);
  }
}

function isOk({ status }: HttpReply): boolean {
  return status === 200;
}

function refusal({ failure, aclRule }: Errand, reply: HttpReply, agent: string): AutotmplError {
  const said = reply.body.subarray(0, LONGEST_SAID).toString('utf8').trim().split('\n')[0] ?? '';
  const status = `${reply.status} ${said || (STATUS_CODES[reply.status] ?? '')}`.trimEnd();
  const denied = reply.status === 403;
  const advice = /not found/i.test(said)
    ? 'the token is unknown to Consul: give a valid one'
    : `the token needs ${aclRule}`;
  return new AutotmplError(
    'catalog',
    `${failure} at ${agent}: ${status}`,
    denied ? { advice } : {},
  );
}
