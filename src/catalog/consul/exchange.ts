import { STATUS_CODES } from 'node:http';
import { AutotmplError } from '../../core/errors.ts';
import type { Position } from '../blocking/cursor.ts';
import type { BlockingClient } from '../blocking/client.ts';
import { showConsulAddress } from './address.ts';
import { withParameters } from '../http/api-path.ts';
import { exchangeTrouble, wrongServerAdvice } from '../http/trouble.ts';
import { CONSUL } from './server.ts';
import type { ConsulOptions } from './options.ts';
import { ShapeError } from '../http/shapes.ts';
import type { HttpReply } from '../http/exchange.ts';

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
  /** For a question about a lock that waits for news; absent: it is answered at once. */
  readonly from?: Position;
}

type Scope = Pick<ConsulOptions, 'address' | 'namespace' | 'partition'>;

/** Exchanges with one agent about what is ours: a question or a write, one answer, no retries. */
export class Exchange {
  readonly #client: BlockingClient;
  readonly #agent: string;
  readonly #scope: string;

  constructor(options: Scope, client: BlockingClient) {
    this.#client = client;
    client.keepForOwn({ lends: false });
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
    const reply = await this.#send(errand, signal);
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

  async #send({ path: unscoped, write, from }: Errand, signal: AbortSignal): Promise<HttpReply> {
    const path = this.#scoped(unscoped);
    try {
      if (from !== undefined) {
        return (await this.#client.ask({ path, packed: false, onLock: true }, from, signal)).reply;
      }
      return await this.#client.tell({ path, write, deadlineMs: DEADLINE_MS }, signal);
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
