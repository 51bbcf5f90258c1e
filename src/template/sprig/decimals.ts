/** Arithmetic on the decimal numbers that floats are written as: 0.1 and 0.2 make 0.3. */

/** `digits` × 10^`exponent`. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

/** Digits behind the point of a quotient. */
const PLACES = 16;

/** `a` + `b`. */
export function addDecimals(a: number, b: number): number {
  return aligned(a, b, (first, second) => first + second);
}

/** `a` − `b`. */
export function subtractDecimals(a: number, b: number): number {
  return aligned(a, b, (first, second) => first - second);
}

/** `a` × `b`. */
export function multiplyDecimals(a: number, b: number): number {
  const [first, second] = [read(a), read(b)];
  return write({
    digits: first.digits * second.digits,
    exponent: first.exponent + second.exponent,
  });
}

/** `a` ÷ `b` with 16 places, rounded half away from zero; `b` is not zero. */
export function divideDecimals(a: number, b: number): number {
  const [first, second] = [read(a), read(b)];
  const shift = PLACES + 1 + first.exponent - second.exponent;
  const scale = 10n ** BigInt(Math.abs(shift));
  const quotient =
    shift >= 0 ? (first.digits * scale) / second.digits : first.digits / (second.digits * scale);
  const half = quotient < 0n ? -5n : 5n;
  return write({ digits: (quotient + half) / 10n, exponent: -PLACES });
}

function aligned(a: number, b: number, work: (a: bigint, b: bigint) => bigint): number {
  const [first, second] = [read(a), read(b)];
  const exponent = Math.min(first.exponent, second.exponent);
  const raise = (one: Decimal): bigint => one.digits * 10n ** BigInt(one.exponent - exponent);
  return write({ digits: work(raise(first), raise(second)), exponent });
}

function read(value: number): Decimal {
  const [mantissa = '0', power = '0'] = String(value).split('e');
  const [whole = '0', fraction = ''] = mantissa.split('.');
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length };
}

function write({ digits, exponent }: Decimal): number {
  return Number(`${digits}e${exponent}`);
}
