/** Encodings and digests. Text is taken as UTF-8; digests are written in hexadecimal. */
import { createHash, createHmac } from 'node:crypto';

import { cannot, takeText } from './arguments.ts';

/** The text in base64 (RFC 4648), padded. */
export function base64Encode(text: unknown): string {
  return Buffer.from(takeText('base64Encode', 'text', text)).toString('base64');
}

/** The text behind base64. Anything that is not base64, or not text inside, is an error. */
export function base64Decode(encoded: unknown): string {
  const text = takeText('base64Decode', 'encoded', encoded).replace(/[\r\n]/g, '');
  return decode('base64Decode', text, /^[A-Za-z0-9+/]*={0,2}$/, 'base64');
}

/** The text in base64 for URLs (RFC 4648: `-` and `_`), padded. */
export function base64URLEncode(text: unknown): string {
  return base64Encode(takeText('base64URLEncode', 'text', text))
    .replaceAll('+', '-')
    .replaceAll('/', '_');
}

/** The text behind base64 for URLs, padded. Anything else is an error. */
export function base64URLDecode(encoded: unknown): string {
  const text = takeText('base64URLDecode', 'encoded', encoded).replace(/[\r\n]/g, '');
  return decode('base64URLDecode', text, /^[A-Za-z0-9_-]*={0,2}$/, 'base64url');
}

/** The SHA-256 of a text. */
export function sha256Hex(text: unknown): string {
  return createHash('sha256')
    .update(takeText('sha256Hex', 'text', text))
    .digest('hex');
}

/** The MD5 of a text: good for telling texts apart, no protection against anybody. */
export function md5sum(text: unknown): string {
  return createHash('md5')
    .update(takeText('md5sum', 'text', text))
    .digest('hex');
}

/** The HMAC with SHA-256 of a message under a key. */
export function hmacSHA256Hex(message: unknown, key: unknown): string {
  return createHmac('sha256', takeText('hmacSHA256Hex', 'key', key))
    .update(takeText('hmacSHA256Hex', 'message', message))
    .digest('hex');
}

function decode(
  call: string,
  text: string,
  alphabet: RegExp,
  encoding: 'base64' | 'base64url',
): string {
  // Buffer reads whatever looks like base64 and skips the rest.
  if (text.length % 4 !== 0 || !alphabet.test(text)) {
    throw cannot(call, `encoded is not ${encoding} with its padding`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(text, encoding),
    );
  } catch {
    throw cannot(call, 'what is encoded is not UTF-8 text', 'a rendered file holds text alone');
  }
}
