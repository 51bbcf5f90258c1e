/** Digits of a float, exact or as few as tell it from its neighbours. */
export interface Decimal {
  /** At least one digit; no leading zero but for zero itself, no trailing zeros. */
  readonly digits: string;
  /** How many of the digits stand before the decimal point; may be negative or beyond them. */
  readonly point: number;
}

const FRACTION_BITS = 52n;
const HIDDEN_BIT = 1n << FRACTION_BITS;
const BIAS = 1075;

/** A finite float's magnitude as `mantissa * 2 ** exponent`. */
export function binaryParts(value: number): {
  readonly mantissa: bigint;
  readonly exponent: number;
} {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, Math.abs(value));
  const bits = view.getBigUint64(0);
  const exponent = Number(bits >> FRACTION_BITS);
  const fraction = bits & (HIDDEN_BIT - 1n);
  if (exponent === 0) return { mantissa: fraction, exponent: 1 - BIAS };
  return { mantissa: fraction | HIDDEN_BIT, exponent: exponent - BIAS };
}

/** The fewest digits that give the float back. */
export function shortestDecimal(value: number): Decimal {
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toExponential().split('e');
  return trimmed(mantissa.replace('.', ''), Number(exponent) + 1);
}

/** All digits of the float's value. */
export function exactDecimal(value: number): Decimal {
  const { mantissa, exponent } = binaryParts(value);
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString();
    return trimmed(digits, digits.length);
  }
  // m / 2^n is m * 5^n / 10^n.
  const digits = (mantissa * 5n ** BigInt(-exponent)).toString();
  return trimmed(digits, digits.length + exponent);
}

/** Keeps that many digits, rounding to the nearest and a tie to the even digit. */
export function roundDecimal({ digits, point }: Decimal, count: number): Decimal {
  if (count >= digits.length) return { digits, point };
  if (count < 0) return { digits: '0', point: 1 };
  const kept = digits.slice(0, count);
  const rest = digits.slice(count);
  const isTie = /^50*$/.test(rest);
  const isOdd = Number(kept.at(-1) ?? '0') % 2 === 1;
  const up = isTie ? isOdd : rest.charAt(0) >= '5';
  if (!up) return kept === '' ? { digits: '0', point: 1 } : trimmed(kept, point);
  const raised = (BigInt(kept === '' ? '0' : kept) + 1n).toString();
  return trimmed(raised, point + raised.length - kept.length);
}

function trimmed(digits: string, point: number): Decimal {
  const start = /^0*/.exec(digits)?.[0].length ?? 0;
  const kept = digits.slice(start).replace(/0+$/, '');
  return kept === '' ? { digits: '0', point: 1 } : { digits: kept, point: point - start };
}
