import { STATUS_CODES } from 'node:http';
import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import { showConsulAddress } from './address.ts';
import { exchangeTrouble } from './failures.ts';
import type { ConsulOptions } from './options.ts';
import { TokenSource } from './token.ts';
import { Transport, type ConsulReply } from './transport.ts';

/** Whoever calls comes again soon: an answer that takes longer is none. */
const DEADLINE_MS = 5000;
/** Enough for a supervisor's entries: each has one request under way at the most. */
const MOST_CONNECTIONS = 4;
const LONGEST_SAID = 200;

/** What is asked of the agent, or told it. */
export interface Errand {
  /** API path and parameters, escaped. */
  readonly path: string;
  /** Absent: a question. */
  readonly write?: unknown;
  /** The statuses that are an answer; others reject. */
  readonly answers: readonly number[];
  /** What it is for, as the beginning of a sentence: `Consul did not register app-1`. */
  readonly failure: string;
  /** What the token has to be good for: `service:write`. */
  readonly aclRule: string;
}

/** Short exchanges with one agent for the entries that are ours: a question or a write, one answer, no retries. */
export class Exchange {
  readonly #transport: Transport;
  readonly #tokens: TokenSource;
  readonly #agent: string;

  /** Throws an AutotmplError where the options cannot work. */
  constructor(options: ConsulOptions, clock: Clock) {
    this.#transport = new Transport({ ...options, maxConnections: MOST_CONNECTIONS }, clock);
    this.#tokens = new TokenSource(options, clock);
    this.#agent = showConsulAddress(options.address);
  }

  /** Rejects with an AutotmplError (`catalog`) that says what the agent answered, or with the signal's reason. */
  async run(errand: Errand, signal: AbortSignal): Promise<ConsulReply> {
    const reply = await this.#send(errand, await this.#tokens.current(), signal);
    if (errand.answers.includes(reply.status)) return reply;
    if (reply.status === 403) {
      const token = await this.#tokens.current({ refused: true });
      const again = await this.#send(errand, token, signal);
      if (errand.answers.includes(again.status)) return again;
    }
    throw refusal(errand, reply, this.#agent);
  }

  /** Closes the kept connections. */
  close(): void {
    this.#transport.close();
  }

  async #send(
    { path, write }: Errand,
    token: string | undefined,
    signal: AbortSignal,
  ): Promise<ConsulReply> {
    try {
      const request = { path, token, packed: false, deadlineMs: DEADLINE_MS };
      return await this.#transport.exchange(
        write === undefined ? request : { ...request, write },
        signal,
      );
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw exchangeTrouble(error, this.#agent).reason;
    }
  }
}

function refusal({ failure, aclRule }: Errand, reply: ConsulReply, agent: string): AutotmplError {
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
