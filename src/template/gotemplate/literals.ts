/** Reads Go's literals. A complaint is thrown as a `LiteralError`; the parser knows the place. */

const INT_MAX = 2n ** 63n - 1n;
const INT_MIN = -(2n ** 63n);
const UINT_MAX = 2n ** 64n - 1n;

/** A literal that Go would not read either. */
export class LiteralError extends Error {}

/** The value of a number: bigint for an integer, number for a float. A float literal stays a float: `1.0` is no integer. */
export function readNumber(literal: string): bigint | number {
  if (literal.endsWith('i') && !/^[+-]?0[xX]/.test(literal)) {
    throw new LiteralError(`complex numbers are not supported: ${literal}`);
  }
  if (!underscoresSeparateDigits(literal)) throw illegal(literal);
  const plain = literal.replaceAll('_', '');
  return readInteger(plain, literal) ?? readFloat(plain, literal);
}

/** The code point that a character constant, with its quotes, stands for. */
export function readCharacter(literal: string): bigint {
  const pieces = unescape(literal.slice(1, -1), "'");
  const [piece] = pieces;
  const [character, ...others] = piece?.text ?? '\0';
  if (piece === undefined || pieces.length > 1 || others.length > 0) {
    throw new LiteralError(`malformed character constant: ${literal}`);
  }
  return BigInt(piece.byte ?? character?.codePointAt(0) ?? 0);
}

/** The text that a string in double quotes stands for. Bytes that are no UTF-8 become U+FFFD: text here is Unicode. */
export function readString(literal: string): string {
  const pieces = unescape(literal.slice(1, -1), '"');
  if (pieces.every(({ text }) => text !== undefined))
    return pieces.map(({ text }) => text).join('');
  return Buffer.concat(
    pieces.map(({ text, byte }) =>
      text === undefined ? Buffer.from([byte ?? 0]) : Buffer.from(text, 'utf8'),
    ),
  ).toString('utf8');
}

function readInteger(plain: string, literal: string): bigint | undefined {
  const [, sign = '', digits = ''] = /^([+-]?)(.*)$/.exec(plain) ?? [];
  let magnitude: bigint;
  if (/^0[xX][0-9a-fA-F]+$/.test(digits) || /^0[bB][01]+$/.test(digits)) {
    magnitude = BigInt(digits.toLowerCase());
  } else if (/^0[oO]?[0-7]+$/.test(digits)) {
    magnitude = BigInt(`0o${digits.replace(/^0[oO]?/, '')}`);
  } else if (/^(?:0|[1-9][0-9]*)$/.test(digits)) {
    magnitude = BigInt(digits);
  } else {
    return undefined;
  }
  const value = sign === '-' ? -magnitude : magnitude;
  if (value <= INT_MAX && value >= INT_MIN) return value;
  // What an unsigned integer holds is a number to Go until it is used.
  throw new LiteralError(
    value > 0n && value <= UINT_MAX
      ? `${literal} overflows int`
      : `integer overflow: ${JSON.stringify(literal)}`,
  );
}

function readFloat(plain: string, literal: string): number {
  const hexadecimal = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?[0-9]+)$/.exec(plain);
  if (hexadecimal !== null) {
    const [, sign, whole = '', fraction = '', exponent] = hexadecimal;
    if (whole + fraction === '') throw illegal(literal);
    const mantissa = Number(BigInt(`0x${whole}${fraction}`));
    const value = mantissa * 2 ** (Number(exponent) - 4 * fraction.length);
    return finite(sign === '-' ? -value : value, literal);
  }
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/.test(plain))
    throw illegal(literal);
  if (!/[.eE]/.test(plain)) throw new LiteralError(`integer overflow: ${JSON.stringify(literal)}`);
  return finite(Number(plain), literal);
}

function finite(value: number, literal: string): number {
  if (!Number.isFinite(value)) throw illegal(literal);
  return value;
}

/** Go: an underscore stands between digits, or between the base and a digit. */
function underscoresSeparateDigits(literal: string): boolean {
  if (!literal.includes('_')) return true;
  const digits = literal.replace(/^[+-]/, '').replace(/^0[xXoObB]_?/, '0');
  return !/__|^_|_$|_[^0-9a-fA-F]|[^0-9a-fA-F]_/.test(digits);
}

function illegal(literal: string): LiteralError {
  return new LiteralError(`illegal number syntax: ${JSON.stringify(literal)}`);
}

interface Piece {
  readonly text?: string;
  readonly byte?: number;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

const ESCAPE =
  /\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^xuU0-7]))/y;

function unescape(body: string, quote: '"' | "'"): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  while (at < body.length) {
    const escape = body.indexOf('\\', at);
    if (escape !== at) {
      const end = escape === -1 ? body.length : escape;
      pieces.push({ text: body.slice(at, end) });
      at = end;
      continue;
    }
    ESCAPE.lastIndex = at;
    const found = ESCAPE.exec(body);
    const piece = found === null ? undefined : pieceOf(found, quote);
    if (found === null || piece === undefined) {
      throw new LiteralError(`invalid syntax: ${quote}${body}${quote} holds an unknown escape`);
    }
    pieces.push(piece);
    at += found[0].length;
  }
  return pieces;
}

function pieceOf(found: RegExpExecArray, quote: string): Piece | undefined {
  const [, hexadecimal, octal, short, long, simple] = found;
  if (hexadecimal !== undefined) return { byte: Number.parseInt(hexadecimal, 16) };
  if (octal !== undefined) {
    const byte = Number.parseInt(octal, 8);
    return byte > 255 ? undefined : { byte };
  }
  if (simple !== undefined) {
    const text = simple === quote ? quote : SIMPLE[simple];
    return text === undefined ? undefined : { text };
  }
  const code = Number.parseInt(short ?? long ?? '', 16);
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return code > 0x10ffff || isSurrogate ? undefined : { text: String.fromCodePoint(code) };
}
