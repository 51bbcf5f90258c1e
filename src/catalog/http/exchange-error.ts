import { systemCode } from '../../core/errors.ts';

/**
 * Why there was no whole answer.
 *
 * - `refused`: nobody listens there, or there is no way to it.
 * - `reset`: the connection ended before the answer began.
 * - `cut`: the connection ended in the middle of the answer.
 * - `timeout`: no answer within the deadline.
 * - `hung`: the agent stopped answering anything while this waited.
 * - `limit`: a fresh connection was closed at once, as an agent does beyond its limit of connections.
 * - `tls`: one side does not accept the other's certificate, or does not speak TLS.
 * - `tooLarge`: the answer is larger than we take.
 * - `other`: the rest; the cause says what.
 */
export type ExchangeFailure =
  'refused' | 'reset' | 'cut' | 'timeout' | 'hung' | 'limit' | 'tls' | 'tooLarge' | 'other';

/** One HTTP exchange that gave no whole answer. `failures.ts` turns it into words for people. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly failure: ExchangeFailure;

  constructor(failure: ExchangeFailure, cause?: unknown) {
    super(failure, cause === undefined ? undefined : { cause });
    this.failure = failure;
  }
}

/** There is no connection for a question that waits at the server: the agent grants no further one. What is answered at once finds room. */
export class NoRoomError extends ExchangeError {
  constructor(cause?: unknown) {
    super('limit', cause);
  }
}

/** What was known about the connection when it failed. */
export interface ConnectionFacts {
  /** False: the socket was opened for this exchange. */
  readonly reusedSocket: boolean;
  /** From the start of the exchange. */
  readonly elapsedMs: number;
  readonly answerBegan: boolean;
}

/** A blocked query whose agent dies is older than this when it is reset; one that the agent turned away is not. */
const TURNED_AWAY_WITHIN_MS = 1000;

const REFUSED = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EACCES',
]);
const RESET = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED']);
const TLS_CODE =
  /^(?:ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED|HOSTNAME_|INVALID_CA|EPROTO)/;

/** Names what the system says about a failed exchange. */
export function classifyFailure(error: unknown, facts: ConnectionFacts): ExchangeError {
  if (error instanceof ExchangeError) return error;
  const code = systemCode(error) ?? '';
  if (facts.answerBegan) return new ExchangeError('cut', error);
  if (REFUSED.has(code)) return new ExchangeError('refused', error);
  if (RESET.has(code)) {
    const turnedAway = !facts.reusedSocket && facts.elapsedMs < TURNED_AWAY_WITHIN_MS;
    return new ExchangeError(turnedAway ? 'limit' : 'reset', error);
  }
  if (code === 'ETIMEDOUT') return new ExchangeError('timeout', error);
  return new ExchangeError(TLS_CODE.test(code) ? 'tls' : 'other', error);
}
