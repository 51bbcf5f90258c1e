import { constants, type ClientHttp2Stream, type IncomingHttpHeaders } from 'node:http2';
import { systemCode } from '../../../core/errors.ts';
import { classifyFailure, ExchangeError } from '../exchange-error.ts';
import type { HttpReply, HttpRequest } from '../exchange.ts';
import { MAX_BODY_BYTES, unpackBody } from '../unpack.ts';

/** What is known about the connection that carries a stream. */
export interface StreamOwner {
  /** Why the connection ended; undefined while it has not, or where nobody said. */
  readonly failure: ExchangeError | undefined;
}

/** What a request says of the answer that it takes. */
type Taken = Pick<HttpRequest, 'bringsNothing' | 'mostBytes'>;

/**
 * Reads the answer that comes on one stream. Rejects with an {@link ExchangeError}, or with the signal's reason once it aborts: the
 * server is told then that nobody listens any more.
 */
export async function readStream(
  stream: ClientHttp2Stream,
  request: Taken,
  owner: StreamOwner,
  signal: AbortSignal,
): Promise<HttpReply> {
  const { head, body } = await collect(stream, request, owner, signal);
  return {
    ...head,
    body: await unpackBody(body, head.headers['content-encoding'], request.mostBytes),
  };
}

function collect(
  stream: ClientHttp2Stream,
  { bringsNothing, mostBytes = MAX_BODY_BYTES }: Taken,
  owner: StreamOwner,
  signal: AbortSignal,
): Promise<{ head: Omit<HttpReply, 'body'>; body: Buffer }> {
  return new Promise((resolve, reject) => {
    let head: Omit<HttpReply, 'body'> | undefined;
    let isSkipped = false;
    const chunks: Buffer[] = [];
    let size = 0;
    let cause: Error | undefined;
    let settled = false;

    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      signal.removeEventListener('abort', abort);
      return true;
    };
    const giveUp = (reason: unknown): void => {
      if (!settle()) return;
      stream.close(constants.NGHTTP2_CANCEL);
      // Its end is not waited for: on a busy connection it may never be told.
      stream.destroy();
      reject(reason instanceof Error ? reason : new Error(String(reason)));
    };
    const abort = (): void => giveUp(signal.reason);
    const fail = (): void => {
      if (!settle()) return;
      stream.destroy();
      reject(failureOf(cause, owner, head !== undefined));
    };

    signal.addEventListener('abort', abort, { once: true });
    stream.on('response', (headers) => {
      head = { status: Number(headers[':status'] ?? 0), headers };
      isSkipped = bringsNothing?.(head) ?? false;
    });
    stream.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (!isSkipped) chunks.push(chunk);
      if (size > mostBytes) giveUp(new ExchangeError('tooLarge'));
    });
    stream.on('end', () => {
      // What the server takes back in the middle ends without an error, too.
      if (head === undefined || !isWhole(stream, head.headers, size)) return fail();
      if (settle()) resolve({ head, body: Buffer.concat(chunks) });
    });
    stream.on('error', (error: Error) => (cause = error));
    stream.on('close', fail);
    if (signal.aborted) abort();
  });
}

function isWhole(stream: ClientHttp2Stream, headers: IncomingHttpHeaders, size: number): boolean {
  const announced = headers['content-length'];
  return (
    stream.rstCode === constants.NGHTTP2_NO_ERROR &&
    (announced === undefined || Number(announced) === size)
  );
}

/**
 * What a connection that ends means is for whoever asked to say, even where the server lets it be known that it never saw the question:
 * whoever answers next may be another, or may have lost its data.
 */
function failureOf(cause: unknown, owner: StreamOwner, answerBegan: boolean): ExchangeError {
  const why = owner.failure ?? causeOf(cause);
  if (answerBegan) return new ExchangeError('cut', why instanceof ExchangeError ? why.cause : why);
  if (why instanceof ExchangeError) return why;
  const code = systemCode(why);
  if (code === undefined || code.startsWith('ERR_HTTP2')) return new ExchangeError('reset', why);
  return classifyFailure(why, { reusedSocket: true, elapsedMs: 0, answerBegan });
}

/** Node says of a stream that it was cancelled, and behind that why. */
function causeOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? error.cause : error;
}
