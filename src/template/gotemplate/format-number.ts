import { pad, type FormatFlags } from './format-flags.ts';
import { formatMagnitude, withPoint, type FloatVerb } from './format-float.ts';
import { isPrintable, quoteCharacter } from './quote-text.ts';

const BASES: Readonly<Record<string, number>> = { d: 10, v: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };
const PREFIXES: Readonly<Record<string, string>> = { b: '0b', o: '0', O: '0', x: '0x', X: '0X' };
const HIGHEST_CHARACTER = 0x10ffffn;
const REPLACEMENT = 0xfffdn;

/** An integer by a verb; undefined where the verb is not one for integers. */
export function formatInteger(value: bigint, verb: string, flags: FormatFlags): string | undefined {
  const base = BASES[verb];
  if (base !== undefined) return inBase(value, verb, base, flags);
  if (verb === 'c') return pad(String.fromCodePoint(codePoint(value)), flags);
  if (verb === 'q') {
    return pad(quoteCharacter(String.fromCodePoint(codePoint(value)), flags.plus), flags);
  }
  return verb === 'U' ? unicodeName(value, flags) : undefined;
}

function inBase(value: bigint, verb: string, base: number, flags: FormatFlags): string {
  const { precision, width, zero, minus, plus, space, sharp } = flags;
  const sign = value < 0n ? '-' : plus ? '+' : space ? ' ' : '';
  if (precision === 0 && value === 0n) return pad('', { ...flags, zero: false });
  const magnitude = (value < 0n ? -value : value).toString(base);
  const letters = verb === 'X' ? magnitude.toUpperCase() : magnitude;
  // Zeros that fill the width come behind the sign, and count no prefix.
  const fill = precision ?? (zero && !minus && width !== undefined ? width - sign.length : 0);
  const digits = letters.padStart(fill, '0');
  const hasOctalZero = base === 8 && digits.startsWith('0');
  const ownPrefix = sharp && !hasOctalZero ? (PREFIXES[verb] ?? '') : '';
  const prefix = verb === 'O' ? `0o${ownPrefix}` : ownPrefix;
  return pad(sign + prefix + digits, { ...flags, zero: false });
}

function codePoint(value: bigint): number {
  const isCharacter =
    value >= 0n && value <= HIGHEST_CHARACTER && !(value >= 0xd800n && value <= 0xdfffn);
  return Number(isCharacter ? value : REPLACEMENT);
}

function unicodeName(value: bigint, flags: FormatFlags): string {
  const digits = BigInt.asUintN(64, value).toString(16).toUpperCase();
  const name = `U+${digits.padStart(Math.max(flags.precision ?? 4, 4), '0')}`;
  const character = value <= HIGHEST_CHARACTER ? String.fromCodePoint(codePoint(value)) : '';
  const shown = flags.sharp && isPrintable(character) ? ` '${character}'` : '';
  return pad(name + shown, { ...flags, zero: false });
}

const FLOAT_VERBS = 'beEfFgGxX';

/** A float by a verb; undefined where the verb is not one for floats. */
export function formatFloat(value: number, verb: string, flags: FormatFlags): string | undefined {
  const isDefault = verb === 'v';
  if (!isDefault && !FLOAT_VERBS.includes(verb)) return undefined;
  const letter = (isDefault ? 'g' : verb) as FloatVerb;
  const precision = flags.precision ?? ('eEfF'.includes(letter) ? 6 : undefined);
  const magnitude = formatMagnitude(value, letter, precision);
  const isNegative = value < 0 || Object.is(value, -0);
  const asked = flags.plus ? '+' : flags.space ? ' ' : '';
  const sign = isNegative ? '-' : asked;
  if (!Number.isFinite(value)) {
    // What does not look like a number gets no zeros, and infinity has a sign of its own.
    const own = value === Number.POSITIVE_INFINITY && asked === '' ? '+' : sign;
    return pad(own + magnitude, { ...flags, zero: false });
  }
  const hasPoint = flags.sharp && letter !== 'b';
  const digits = hasPoint ? withPoint(magnitude, letter, precision) : magnitude;
  const lacking = (flags.width ?? 0) - sign.length - digits.length;
  if (flags.zero && !flags.minus && lacking > 0) return sign + '0'.repeat(lacking) + digits;
  return pad(sign + digits, { ...flags, zero: false });
}
