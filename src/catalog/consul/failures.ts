import { STATUS_CODES } from 'node:http';
import { AutotmplError, describeError } from '../../core/errors.ts';
import { ExchangeError, type ExchangeFailure } from './exchange-error.ts';
import type { RequestPlan } from './requests.ts';
import { ShapeError } from './shapes.ts';
import type { ConsulReply } from './transport.ts';
import { UnaskableError } from './unaskable.ts';

/** What went wrong with one question, and what to do about it. */
export interface Trouble {
  readonly reason: AutotmplError;
  /**
   * - `blip`: may be over at once, as when a kept connection was closed; asked again before anybody is told.
   * - `silence`: no answer at all.
   * - `limit`: the agent wants fewer connections or questions.
   * - `refusal`: it answers, but not this.
   */
  readonly nature: 'blip' | 'silence' | 'limit' | 'refusal';
  /** The agent is not there for anybody: as soon as it says anything to anybody, it is worth asking again. */
  readonly agentIsAway?: boolean;
}

/** What to do where something answers, but not as Consul does. */
export const NO_AGENT_ADVICE = 'check that a Consul agent listens at this address';
const LIMIT_ADVICE =
  'lower maxConnections, or raise limits.http_max_conns_per_client of the agent (200 by default, for all programs of one address)';

const EXCHANGES: Readonly<
  Record<ExchangeFailure, readonly [Trouble['nature'], string, string | undefined]>
> = {
  refused: [
    'blip',
    'nobody answers there',
    'check that the agent runs and that the address is right',
  ],
  reset: ['blip', 'the connection was closed before an answer came', undefined],
  cut: ['blip', 'the connection ended in the middle of the answer', undefined],
  timeout: ['silence', 'no answer in time', 'check that the agent is not stopped or overloaded'],
  hung: [
    'silence',
    'the agent has stopped answering',
    'check that the agent is not stopped or overloaded',
  ],
  limit: [
    'limit',
    'a new connection was closed at once, as an agent does beyond limits.http_max_conns_per_client',
    LIMIT_ADVICE,
  ],
  tls: [
    'refusal',
    'TLS failed',
    'check that the agent speaks TLS at this port, its CA and name, and the client certificate',
  ],
  tooLarge: ['refusal', 'the answer is larger than 64 MB', 'ask for less at once'],
  other: ['blip', 'the exchange failed', undefined],
};

/**
 * Turns an exchange that gave no answer into trouble with a reason for people. `agent` is its address. What is wrong with the
 * agent is wrong for every query, so the reason names none: they are reported together, by what they share.
 */
export function exchangeTrouble(error: unknown, agent: string): Trouble {
  if (error instanceof AutotmplError) return { reason: error, nature: 'refusal' };
  const failure = error instanceof ExchangeError ? error.failure : 'other';
  const [nature, words, advice] = EXCHANGES[failure];
  const cause = error instanceof ExchangeError ? error.cause : error;
  const detail = cause === undefined ? '' : `: ${describeError(cause) || failure}`;
  return {
    nature,
    agentIsAway: failure === 'refused' || failure === 'timeout' || failure === 'hung',
    reason: new AutotmplError('catalog', `cannot ask Consul at ${agent}: ${words}${detail}`, {
      cause,
      ...(advice === undefined ? {} : { advice }),
    }),
  };
}

/** Turns an answer that is no value into trouble, or throws an AutotmplError where no later answer can be another. */
export function replyTrouble(reply: ConsulReply, plan: RequestPlan): Trouble {
  const said = firstLine(reply) || (STATUS_CODES[reply.status] ?? '');
  const status = `${reply.status} ${said}`.trimEnd();
  const message = `Consul does not answer ${plan.label}: ${status}`;
  const forAnyQuery = `Consul does not answer: ${status}`;
  const refuse = (text: string, advice?: string): Trouble => ({
    nature: 'refusal',
    reason: new AutotmplError('catalog', text, advice === undefined ? {} : { advice }),
  });
  if (isAboutThePath(reply)) {
    throw new UnaskableError('catalog', `Consul cannot be asked for ${plan.label}: ${status}`);
  }
  if (reply.status === 400 && /HTTP request to an HTTPS server/i.test(said)) {
    return refuse(forAnyQuery, 'write its address with https://');
  }
  if (reply.status === 400) {
    throw new AutotmplError('catalog', `Consul cannot answer ${plan.label}: 400 ${said}`);
  }
  if (reply.status === 401 || reply.status === 403) {
    return refuse(
      message,
      /not found/i.test(said)
        ? 'the token is unknown to Consul: give a valid one'
        : `the token needs ${plan.aclRule}`,
    );
  }
  if (reply.status === 429) {
    return { ...refuse(forAnyQuery, LIMIT_ADVICE), nature: 'limit' };
  }
  if (reply.status >= 500) {
    const unknown = /no path to datacenter/i.test(said);
    return unknown
      ? refuse(message, 'check the name of the datacenter')
      : { ...refuse(forAnyQuery), nature: 'blip' };
  }
  return refuse(message, NO_AGENT_ADVICE);
}

/** Trouble with an answer whose status is good. */
export function strangeAnswer(label: string, error: unknown): Trouble {
  const words = error instanceof ShapeError ? error.message : describeError(error);
  return {
    nature: 'refusal',
    reason: new AutotmplError('catalog', `Consul's answer for ${label} makes no sense: ${words}`, {
      advice: NO_AGENT_ADVICE,
      cause: error,
    }),
  };
}

/** Trouble with an answer that servers without a leader gave: it may be old, or have holes. */
export function leaderlessAnswer(): Trouble {
  return {
    nature: 'refusal',
    reason: new AutotmplError(
      'catalog',
      "Consul's servers have no leader, so their answers are not taken",
    ),
  };
}

/**
 * Whether the agent's HTTP server turned the request away before the API saw it: a 400 without a word is about a character that
 * it does not know how to print (it may know fewer than we do), a 431 about the length.
 */
function isAboutThePath({ status, body }: ConsulReply): boolean {
  return status === 431 || (status === 400 && body.length === 0);
}

/** What the agent said, short enough for a message. */
function firstLine(reply: ConsulReply): string {
  const line = reply.body.subarray(0, 1000).toString('utf8').trim().split('\n')[0] ?? '';
  return line.length > 200 ? `${line.slice(0, 200)}…` : line;
}
