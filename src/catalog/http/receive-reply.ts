import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { CancelTimer, Clock } from '../../core/time.ts';
import { classifyFailure, ExchangeError } from './exchange-error.ts';
import type { HttpRequest, ReplyHead } from './exchange.ts';
import type { ConnectionRules } from './options.ts';
import { MAX_BODY_BYTES } from './unpack.ts';

/** Idle time before the system asks whether the other side is still there. */
const TCP_KEEP_ALIVE_MS = 15_000;

/** A whole answer as it came. */
export interface Received {
  readonly head: ReplyHead;
  /** Not unpacked; empty where the answer brings nothing new. */
  readonly body: Buffer;
  /** Whether the server said so that it grants no further connection. */
  readonly isTurnedAway: boolean;
}

/** What an answer is received with. */
export interface ReceiveParts {
  readonly rules: Pick<ConnectionRules, 'keepAliveMs' | 'dialTimeoutMs'>;
  /** Called when a connection carries an answer that is more than its refusal. */
  readonly onGranted: (socket: Socket) => void;
  readonly clock: Clock;
}

/**
 * Receives the answer to one request that was sent over HTTP/1.1, all of it or nothing. Rejects with an {@link ExchangeError}, or with the signal's reason once
 * it aborts; either way the socket is gone by then.
 */
export function receiveReply(
  outgoing: ClientRequest,
  request: Pick<HttpRequest, 'bringsNothing' | 'mostBytes' | 'deadlineMs'>,
  { rules, onGranted, clock }: ReceiveParts,
  signal: AbortSignal,
): Promise<Received> {
  const startedAt = clock.now();
  const { mostBytes = MAX_BODY_BYTES } = request;
  return new Promise((resolve, reject) => {
    let failure: { readonly reason: unknown } | undefined;
    let answer: IncomingMessage | undefined;
    const chunks: Buffer[] = [];
    let size = 0;

    const giveUp = (reason: unknown): void => {
      failure ??= { reason };
      outgoing.destroy();
    };
    const abort = (): void => giveUp(signal.reason);
    const cancelDeadline = clock.setTimer(
      () => giveUp(new ExchangeError('timeout')),
      request.deadlineMs,
    );
    let cancelDial: CancelTimer = () => undefined;
    const release = (): void => {
      cancelDeadline();
      cancelDial();
      signal.removeEventListener('abort', abort);
    };
    const facts = () => ({
      reusedSocket: outgoing.reusedSocket,
      elapsedMs: clock.now() - startedAt,
      answerBegan: answer !== undefined,
    });

    signal.addEventListener('abort', abort, { once: true });
    outgoing.on('socket', (socket) => {
      if (outgoing.reusedSocket) return;
      socket.setKeepAlive(true, rules.keepAliveMs ?? TCP_KEEP_ALIVE_MS);
      const { dialTimeoutMs } = rules;
      if (dialTimeoutMs === undefined || !socket.connecting) return;
      cancelDial = clock.setTimer(() => giveUp(new ExchangeError('timeout')), dialTimeoutMs);
      socket.once('connect', () => cancelDial());
    });
    outgoing.on('error', (error) => (failure ??= { reason: classifyFailure(error, facts()) }));
    outgoing.on('response', (response) => {
      answer = response;
      const head = headOf(response);
      const isTurnedAway = !outgoing.reusedSocket && saysTooMany(head);
      if (!isTurnedAway) onGranted(response.socket);
      const bringsNothing = request.bringsNothing?.(head) ?? false;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (!bringsNothing) chunks.push(chunk);
        if (size > mostBytes) giveUp(new ExchangeError('tooLarge'));
      });
      response.on('error', (error) => (failure ??= { reason: classifyFailure(error, facts()) }));
      response.on('end', () => {
        // A body that is cut may end too, without an error.
        if (!response.complete) return;
        release();
        const body = Buffer.concat(chunks);
        if (failure === undefined) resolve({ head, body, isTurnedAway });
        else reject(toError(failure.reason));
      });
    });
    outgoing.on('close', () => {
      // The whole answer is here: 'end' settles it, or has. A socket that closes behind its last byte may be heard of before
      // that byte.
      if (answer?.complete === true && failure === undefined) return;
      release();
      reject(toError(failure?.reason ?? classifyFailure(undefined, facts())));
    });
  });
}

function headOf({ statusCode = 0, headers }: IncomingMessage): ReplyHead {
  return { status: statusCode, headers };
}

/** As an agent of Consul 1.9 and later says that it grants no further connection; it closes that one. Other 429 are about requests. */
function saysTooMany({ status, headers }: ReplyHead): boolean {
  return status === 429 && headers.connection === 'close';
}

function toError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
