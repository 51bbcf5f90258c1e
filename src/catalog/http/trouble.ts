import { AutotmplError, describeError } from '../../core/errors.ts';
import { ExchangeError, type ExchangeFailure } from './exchange-error.ts';
import type { ServerWords } from './server.ts';

/** What went wrong with one question, and what to do about it. */
export interface Trouble {
  readonly reason: AutotmplError;
  /**
   * - `blip`: may be over at once, as when a kept connection was closed; asked again before anybody is told.
   * - `silence`: no answer at all.
   * - `limit`: the server wants fewer connections or questions.
   * - `refusal`: it answers, but not this.
   */
  readonly nature: 'blip' | 'silence' | 'limit' | 'refusal';
  /** The server is not there for anybody: as soon as it says anything to anybody, it is worth asking again. */
  readonly serverIsAway?: boolean;
  /** It is there, and those behind it do not answer. */
  readonly isLeaderless?: boolean;
}

type Row = readonly [Trouble['nature'], words: string, advice: string | undefined];

/**
 * Turns an exchange that gave no answer into trouble with a reason for people. `address` is the server's. What is wrong with the
 * server is wrong for every query, so the reason names none: they are reported together, by what they share.
 */
export function exchangeTrouble(error: unknown, server: ServerWords, address: string): Trouble {
  if (error instanceof AutotmplError) return { reason: error, nature: 'refusal' };
  const failure = error instanceof ExchangeError ? error.failure : 'other';
  const [nature, words, advice] = rowsFor(server)[failure];
  const cause = error instanceof ExchangeError ? error.cause : error;
  const detail = cause === undefined ? '' : `: ${describeError(cause) || failure}`;
  return {
    nature,
    serverIsAway: failure === 'refused' || failure === 'timeout' || failure === 'hung',
    reason: new AutotmplError(
      'catalog',
      `cannot ask ${server.name} at ${address}: ${words}${detail}`,
      { cause, ...(advice === undefined ? {} : { advice }) },
    ),
  };
}

/** What to do where something answers, but not as this server does. */
export function wrongServerAdvice({ name, role }: ServerWords): string {
  return `check that a ${name} ${role} listens at this address`;
}

function rowsFor({
  role,
  limit,
  limitAdvice,
}: ServerWords): Readonly<Record<ExchangeFailure, Row>> {
  const overloaded = `check that the ${role} is not stopped or overloaded`;
  return {
    refused: [
      'blip',
      'nobody answers there',
      `check that the ${role} runs and that the address is right`,
    ],
    reset: ['blip', 'the connection was closed before an answer came', undefined],
    cut: ['blip', 'the connection ended in the middle of the answer', undefined],
    timeout: ['silence', 'no answer in time', overloaded],
    hung: ['silence', `the ${role} has stopped answering`, overloaded],
    limit: ['limit', `a new connection was closed at once, as ${limit}`, limitAdvice],
    tls: [
      'refusal',
      'TLS failed',
      `check that the ${role} speaks TLS at this port, its CA and name, and the client certificate`,
    ],
    tooLarge: ['refusal', 'the answer is larger than 64 MB', 'ask for less at once'],
    other: ['blip', 'the exchange failed', undefined],
  };
}
