import type { IncomingMessage } from 'node:http';
import { Refusal } from './answers.ts';

/** Longer bodies are refused; nothing that can be asked needs more than a few kilobytes. */
export const LONGEST_BODY = 1024 * 1024;
/** How long the rest of a body that is too long is read and dropped, so that its sender gets to read why. */
const DROP_WITHIN_MS = 2000;

/** Reads a body whole. Throws a Refusal (413) where it is too long; no more than the limit is ever held. */
async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const tooLong = Number(request.headers['content-length'] ?? 0) > LONGEST_BODY;
  if (!tooLong) {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      const bytes = chunk as Buffer;
      length += bytes.length;
      if (length > LONGEST_BODY) break;
      chunks.push(bytes);
    }
  }
  if (tooLong || length > LONGEST_BODY) {
    chunks.length = 0;
    // Who waits to be told to go on has sent nothing.
    if (!tooLong || request.headers.expect === undefined) await drop(request);
    throw new Refusal(413, `the body is longer than ${LONGEST_BODY} bytes`);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Reads a body as a JSON object. Throws a Refusal: 413 where it is too long, 422 where it is no such thing. */
export async function readObject(
  request: IncomingMessage,
): Promise<readonly (readonly [key: string, value: unknown])[]> {
  const text = await readBody(request);
  if (text.trim() === '') throw new Refusal(422, 'the body is empty; expected a JSON object');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(422, `the body is no JSON${withoutSource(error)}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new Refusal(422, `expected a JSON object, found ${kindOf(value)}`);
  }
  return Object.entries(value);
}

/** What kind of JSON a value is, for messages that must not quote it. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** What the parser says, without the piece of the body that it quotes: that may be a secret. */
function withoutSource(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  return message === '' ? '' : `: ${message.replace(/, (?:\.\.\.)?".*$/s, '')}`;
}

async function drop(request: IncomingMessage): Promise<void> {
  if (request.complete || request.destroyed) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, DROP_WITHIN_MS);
    const end = (): void => {
      clearTimeout(timer);
      resolve();
    };
    request.once('end', end).once('close', end).once('error', end);
    request.resume();
  });
}
