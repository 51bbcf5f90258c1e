/** Encodings, digests and JSON. */
import { createHash } from 'node:crypto';

import { cannot } from '../functions/arguments.ts';
import { parseJSON, toJSON, toJSONPretty, toUnescapedJSON } from '../functions/convert.ts';
import { base64Decode, base64Encode } from '../functions/encode.ts';
import { derived } from '../gotemplate/functions.ts';
import { GoData } from '../gotemplate/go-data.ts';
import { asNumbers } from '../gotemplate/shared-function.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import { takeGoText } from './arguments.ts';
import { withMust } from './lists.ts';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
/** Adler-32's modulus (RFC 1950). */
const LARGEST_PRIME = 65_521;

/** Sprig's functions that write text and data in another form. */
export const ENCODING: Readonly<Record<string, GoFunction>> = {
  b64enc: derived((text) => base64Encode(text)),
  b64dec: derived((text) => base64Decode(text)),
  b32enc: derived((text) => base32Encode(Buffer.from(takeGoText('b32enc', 'text', text)))),
  b32dec: derived((text) => base32Decode(takeGoText('b32dec', 'text', text))),
  sha1sum: digest('sha1'),
  sha256sum: digest('sha256'),
  sha512sum: digest('sha512'),
  adler32sum: derived((text) => adler32(Buffer.from(takeGoText('adler32sum', 'text', text)))),
  ...withMust('fromJson', () => derived((text) => parseJSON(text) as GoValue)),
  ...withMust('toJson', (call) => writer(call, toJSON)),
  ...withMust('toPrettyJson', (call) => writer(call, toJSONPretty)),
  ...withMust('toRawJson', (call) => writer(call, toUnescapedJSON)),
};

function writer(call: string, write: (value: unknown) => string): GoFunction {
  const data = new GoData();
  return {
    ...derived((value) => write(asNumbers(call, data.plain(value ?? null)))),
    gives: 'quoted',
  };
}

function digest(algorithm: 'sha1' | 'sha256' | 'sha512'): GoFunction {
  return derived((text) =>
    createHash(algorithm)
      .update(takeGoText(`${algorithm}sum`, 'text', text))
      .digest('hex'),
  );
}

/** RFC 4648, padded. */
function base32Encode(bytes: Buffer): string {
  let bits = '';
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0');
  const letters = (bits.match(/.{1,5}/g) ?? []).map(
    (five) => ALPHABET[Number.parseInt(five.padEnd(5, '0'), 2)],
  );
  const text = letters.join('');
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=');
}

function base32Decode(encoded: string): string {
  if (encoded.length % 8 !== 0 || !/^[A-Z2-7]*={0,6}$/.test(encoded)) {
    throw cannot('b32dec', 'the text is not base32 with its padding');
  }
  let bits = '';
  for (const letter of encoded.replace(/=+$/, '')) {
    bits += ALPHABET.indexOf(letter).toString(2).padStart(5, '0');
  }
  const bytes = (bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2));
  return Buffer.from(bytes).toString('utf8');
}

/** RFC 1950, in decimal digits. */
function adler32(bytes: Buffer): string {
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % LARGEST_PRIME;
    high = (high + low) % LARGEST_PRIME;
  }
  return String(high * 65_536 + low);
}
