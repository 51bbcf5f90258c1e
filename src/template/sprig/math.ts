/** Numbers. Integers are read from whatever is given, and so are floats; decimals are added exactly. */
import { cannot } from '../functions/arguments.ts';
import { derived, variadic } from '../gotemplate/functions.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import {
  LONGEST_RESULT,
  takeCount,
  toFloat,
  toInteger,
  toText,
  within64Bits,
} from './arguments.ts';
import { addDecimals, divideDecimals, multiplyDecimals, subtractDecimals } from './decimals.ts';

/** Sprig's functions for numbers. */
export const MATH: Readonly<Record<string, GoFunction>> = {
  add: integers('add', 0, (a, b) => a + b, 0n),
  add1: derived((value) => within64Bits('add1', toInteger(value) + 1n)),
  sub: two('sub', (a, b) => a - b),
  div: two('div', (a, b) => a / divisor('div', b)),
  mod: two('mod', (a, b) => a % divisor('mod', b)),
  mul: integers('mul', 1, (a, b) => a * b),
  max: integers('max', 1, (a, b) => (a > b ? a : b)),
  biggest: integers('biggest', 1, (a, b) => (a > b ? a : b)),
  min: integers('min', 1, (a, b) => (a < b ? a : b)),
  addf: floats(0, addDecimals, 0),
  add1f: derived((value) => addDecimals(toFloat(value), 1)),
  subf: floats(1, subtractDecimals),
  divf: floats(1, (a, b) => {
    if (b === 0) throw cannot('divf', 'divisor is zero');
    return divideDecimals(a, b);
  }),
  mulf: floats(1, multiplyDecimals),
  maxf: floats(1, Math.max),
  minf: floats(1, Math.min),
  ceil: derived((value) => Math.ceil(toFloat(value))),
  floor: derived((value) => Math.floor(toFloat(value))),
  round: { ...variadic(2, round), most: 3 },

  atoi: derived((text) =>
    typeof text === 'string' && /^[+-]?[0-9]+$/.test(text)
      ? BigInt.asIntN(64, BigInt(text.replace(/^\+/, '')))
      : 0n,
  ),
  int: derived(toInteger),
  int64: derived(toInteger),
  float64: derived(toFloat),
  toDecimal: derived((value) => {
    const digits = toText(value);
    return /^-?[0-7]+$/.test(digits) ? toInteger(digits.replace(/^(-?)/, '$10o')) : 0n;
  }),

  until: derived((end) => {
    const stop = takeCount('until', 'end', end);
    return steps('until', 0, stop, stop < 0 ? -1 : 1);
  }),
  untilStep: derived((start, end, step) =>
    steps(
      'untilStep',
      takeCount('untilStep', 'start', start),
      takeCount('untilStep', 'end', end),
      takeCount('untilStep', 'step', step),
    ),
  ),
  seq: variadic(0, seq),
};

function integers(
  call: string,
  least: number,
  work: (a: bigint, b: bigint) => bigint,
  start?: bigint,
): GoFunction {
  return variadic(least, (values) => {
    const numbers = values.map(toInteger);
    const first = start ?? numbers.shift() ?? 0n;
    return within64Bits(call, numbers.reduce(work, first));
  });
}

function two(call: string, work: (a: bigint, b: bigint) => bigint): GoFunction {
  return derived((a, b) => within64Bits(call, work(toInteger(a), toInteger(b))));
}

function floats(least: number, work: (a: number, b: number) => number, start?: number): GoFunction {
  return variadic(least, (values) => {
    const numbers = values.map(toFloat);
    const first = start ?? numbers.shift() ?? 0;
    return numbers.reduce((a, b) => work(a, b), first);
  });
}

function divisor(call: string, value: bigint): bigint {
  if (value === 0n) throw cannot(call, 'divisor is zero');
  return value;
}

/** What is left of a number is rounded up from `threshold` (one half) on, as Sprig does: -1.4 is cut to -2. */
function round([value, places, threshold]: readonly GoValue[]): number {
  const power = 10 ** takeCount('round', 'places', places);
  const scaled = power * toFloat(value);
  const rest = scaled - Math.trunc(scaled);
  const from = threshold === undefined ? 0.5 : toFloat(threshold);
  return (rest >= from ? Math.ceil(scaled) : Math.floor(scaled)) / power;
}

function steps(call: string, start: number, end: number, step: number): readonly bigint[] {
  if ((end < start && step >= 0) || (end >= start && step <= 0)) return [];
  const count = Math.ceil((end - start) / step);
  if (count > LONGEST_RESULT) {
    throw cannot(call, `it would have more than ${LONGEST_RESULT} numbers`);
  }
  return Array.from({ length: count }, (_, at) => BigInt(start + at * step));
}

/** The integers from the first to the last, both included, as text. */
function seq(values: readonly GoValue[]): string {
  const numbers = values.map((value) => takeCount('seq', 'each argument', value));
  if (numbers.length === 0 || numbers.length > 3) return '';
  const start = numbers.length === 1 ? 1 : (numbers[0] ?? 1);
  const end = numbers.at(-1) ?? 1;
  const direction = end < start ? -1 : 1;
  const step = numbers.length === 3 ? (numbers[1] ?? 0) : direction;
  return steps('seq', start, end + direction, step).join(' ');
}
