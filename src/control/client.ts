import { request as httpRequest, type IncomingMessage } from 'node:http';
import { AutotmplError, describeError, systemCode } from '../core/errors.ts';

/** What is asked of a running program. */
export interface ControlRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Undefined: an answer may take as long as it takes, as that of a job which is stopped. */
  readonly timeoutMs?: number;
}

/** What a running program answered: 2xx. */
export interface ControlAnswer {
  readonly status: number;
  readonly text: string;
}

const LONGEST_ANSWER = 64 * 1024 * 1024;

/** Asks the program that listens at `socket`. Throws an AutotmplError where nobody does, or it refuses. */
export async function askControl(socket: string, asked: ControlRequest): Promise<ControlAnswer> {
  const response = await send(socket, asked);
  const text = await textOf(socket, response);
  const status = response.statusCode ?? 0;
  if (status >= 200 && status < 300) return { status, text };
  throw refused(status, text);
}

/** Hands on each line that the program at `socket` sends, until it ends or the signal aborts. Throws as {@link askControl} does. */
export async function followControl(
  socket: string,
  path: string,
  onLine: (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const response = await send(socket, { method: 'GET', path }, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  if (response === undefined) return;
  if (response.statusCode !== 200) {
    throw refused(response.statusCode ?? 0, await textOf(socket, response));
  }
  let rest = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) {
      const lines = (rest + String(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    }
  } catch (error) {
    if (!signal.aborted) throw unreachable(socket, error);
  }
}

function send(
  socketPath: string,
  { method, path, body, timeoutMs }: ControlRequest,
  signal?: AbortSignal,
): Promise<IncomingMessage> {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      socketPath,
      method,
      path,
      agent: false,
      headers: {
        host: 'autotmpl',
        ...(payload !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
        }),
      },
      ...(signal !== undefined && { signal }),
    });
    request.once('response', resolve);
    request.once('error', (error) => reject(unreachable(socketPath, error)));
    if (timeoutMs !== undefined) {
      request.setTimeout(timeoutMs, () =>
        request.destroy(new Error(`no answer within ${timeoutMs / 1000} s`)),
      );
    }
    request.end(payload);
  });
}

async function textOf(socket: string, response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  try {
    for await (const chunk of response) {
      text += String(chunk);
      if (text.length > LONGEST_ANSWER) throw new Error('the answer does not end');
    }
  } catch (error) {
    throw unreachable(socket, error);
  }
  return text;
}

/** What it says for itself, where it does. */
function refused(status: number, text: string): AutotmplError {
  return new AutotmplError('control', messageOf(text) ?? `the program answered with ${status}`, {
    ...(status === 404 && messageOf(text) === undefined && { advice: 'is it an older autotmpl?' }),
  });
}

function messageOf(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('error' in value)) return undefined;
    return typeof value.error === 'string' ? value.error : undefined;
  } catch {
    return text.trim() === '' ? undefined : text.trim().slice(0, 500);
  }
}

function unreachable(socket: string, cause: unknown): AutotmplError {
  const reasons: Readonly<Record<string, readonly [what: string, advice: string]>> = {
    ENOENT: [
      `there is no control socket ${socket}`,
      'is autotmpl running, and does its config have a control socket? -socket names another one, -config the config that does',
    ],
    ECONNREFUSED: [
      `nobody listens on the control socket ${socket}`,
      'the program that made it has ended; start it again',
    ],
    EACCES: [
      `the control socket ${socket} is not for this user`,
      'ask as the user that the program runs as, or as root',
    ],
    ENOTSOCK: [`${socket} is no socket`, '-socket names the control socket'],
  };
  const known = reasons[systemCode(cause) ?? ''];
  return known === undefined
    ? new AutotmplError('control', `asking at ${socket} failed: ${describeError(cause)}`, { cause })
    : new AutotmplError('control', known[0], { advice: known[1], cause });
}
