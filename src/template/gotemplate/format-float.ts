import {
  binaryParts,
  exactDecimal,
  roundDecimal,
  shortestDecimal,
  type Decimal,
} from './decimal.ts';

/** The verbs that write a float. */
export type FloatVerb = 'e' | 'E' | 'f' | 'F' | 'g' | 'G' | 'b' | 'x' | 'X';

/** A float's magnitude as Go's `strconv.FormatFloat` writes it; without precision, as few digits as tell it apart. */
export function formatMagnitude(
  value: number,
  verb: FloatVerb,
  precision: number | undefined,
): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return 'Inf';
  switch (verb) {
    case 'e':
    case 'E':
      return exponential(value, verb, precision);
    case 'f':
    case 'F':
      return fixed(value, precision);
    case 'g':
    case 'G':
      return general(value, verb === 'g' ? 'e' : 'E', precision);
    case 'b': {
      const { mantissa, exponent } = binaryParts(value);
      return `${mantissa}p${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
    }
    case 'x':
      return hexadecimal(value, precision);
    case 'X':
      return hexadecimal(value, precision).toUpperCase();
  }
}

function exponential(value: number, mark: 'e' | 'E', precision: number | undefined): string {
  const decimal =
    precision === undefined
      ? shortestDecimal(value)
      : roundDecimal(exactDecimal(value), precision + 1);
  return scientific(decimal, mark, precision ?? decimal.digits.length - 1);
}

function scientific({ digits, point }: Decimal, mark: string, places: number): string {
  const fraction = digits.slice(1).padEnd(places, '0');
  const exponent = digits === '0' ? 0 : point - 1;
  const sign = exponent < 0 ? '-' : '+';
  const magnitude = String(Math.abs(exponent)).padStart(2, '0');
  return `${digits.charAt(0)}${places > 0 ? `.${fraction}` : ''}${mark}${sign}${magnitude}`;
}

function fixed(value: number, precision: number | undefined): string {
  if (precision === undefined) return plain(shortestDecimal(value), undefined);
  const exact = exactDecimal(value);
  return plain(roundDecimal(exact, exact.point + precision), precision);
}

function plain({ digits, point }: Decimal, places: number | undefined): string {
  const isZero = digits === '0';
  const whole = isZero || point <= 0 ? '0' : digits.slice(0, point).padEnd(point, '0');
  const behind = isZero ? '' : point <= 0 ? '0'.repeat(-point) + digits : digits.slice(point);
  const fraction = behind.padEnd(places ?? 0, '0');
  return fraction === '' ? whole : `${whole}.${fraction}`;
}

/** Exponents for very large and very small values, else none: `%g`. */
function general(value: number, mark: 'e' | 'E', precision: number | undefined): string {
  const wanted = precision === 0 ? 1 : precision;
  const decimal =
    wanted === undefined ? shortestDecimal(value) : roundDecimal(exactDecimal(value), wanted);
  const { digits, point } = decimal;
  // Go: six where the precision is left open; else the precision, but no more than the digits that are there.
  const hasAll = wanted !== undefined && wanted > digits.length && digits.length >= point;
  const bound = hasAll ? digits.length : (wanted ?? 6);
  const exponent = digits === '0' ? 0 : point - 1;
  if (exponent < -4 || exponent >= bound) return scientific(decimal, mark, digits.length - 1);
  return plain(decimal, undefined);
}

/** `#`: a decimal point in any case, and with `%g` the trailing zeros too. */
export function withPoint(
  magnitude: string,
  verb: FloatVerb,
  precision: number | undefined,
): string {
  const [, mantissa = '', tail = ''] =
    (verb === 'x' || verb === 'X' ? /^([^pP]*)(.*)$/ : /^([^eE]*)(.*)$/).exec(magnitude) ?? [];
  // Go counts what follows the first digit that is not zero, the x of a base too.
  const counted = mantissa.replace('.', '').replace(/^0*/, '').length;
  const isZero = mantissa === '0';
  const wanted = 'gGx'.includes(verb) ? (precision ?? 6) : 0;
  const lacking = Math.max(wanted - counted - (isZero ? 1 : 0), 0);
  return `${mantissa}${mantissa.includes('.') ? '' : '.'}${'0'.repeat(lacking)}${tail}`;
}

function hexadecimal(value: number, precision: number | undefined): string {
  const { mantissa, exponent } = binaryParts(value);
  if (mantissa === 0n)
    return `0x0${precision === undefined || precision === 0 ? '' : `.${'0'.repeat(precision)}`}p+00`;
  const length = mantissa.toString(2).length;
  // One digit before the point and as many bits behind as there can be.
  let bits = mantissa << BigInt(53 - length);
  let power = exponent + length - 1;
  const places = precision === undefined || precision > 13 ? 13 : precision;
  const dropped = BigInt(4 * (13 - places));
  const half = dropped === 0n ? 0n : 1n << (dropped - 1n);
  const rest = bits & ((1n << dropped) - 1n);
  bits >>= dropped;
  if (dropped > 0n && (rest > half || (rest === half && bits % 2n === 1n))) bits += 1n;
  if (bits >> BigInt(4 * places) === 2n) {
    bits >>= 1n;
    power += 1;
  }
  const all = bits.toString(16);
  const fraction =
    precision === undefined ? all.slice(1).replace(/0+$/, '') : all.slice(1).padEnd(precision, '0');
  const sign = power < 0 ? '-' : '+';
  return `0x${all.charAt(0)}${fraction === '' ? '' : `.${fraction}`}p${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}
