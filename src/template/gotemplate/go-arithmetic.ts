/**
 * consul-template's arithmetic by Go's rules: integers stay integers, one float makes a float, and the piped number comes last, so that
 * `10 | subtract 3` is 7.
 */
import { badArgument, cannot } from '../functions/arguments.ts';
import { LONGEST_COUNT } from '../limits.ts';
import type { GoValue } from './values.ts';

/** A number as Go has it. */
export type GoNumber = bigint | number;

interface Operation {
  readonly name: string;
  readonly integers: (a: bigint, b: bigint) => bigint;
  readonly floats: (a: number, b: number) => number;
}

/** `number` + `addend`. */
export const add = operation('add', {
  integers: (a, b) => a + b,
  floats: (a, b) => a + b,
});

/** `number` − `subtrahend`. */
export const subtract = operation('subtract', {
  integers: (a, b) => a - b,
  floats: (a, b) => a - b,
});

/** `number` × `factor`. */
export const multiply = operation('multiply', {
  integers: (a, b) => a * b,
  floats: (a, b) => a * b,
});

/** `number` ÷ `divisor`; between integers it is cut towards zero. */
export const divide = operation('divide', {
  integers: (a, b) => a / divisor('divide', b),
  floats: (a, b) => a / divisor('divide', b),
});

/** What remains of `number` when divided by `divisor`, both integers; with the sign of `number`. */
export function modulo(by: GoValue, number: GoValue): bigint {
  return (
    takeGoInteger('modulo', 'number', number) %
    divisor('modulo', takeGoInteger('modulo', 'divisor', by))
  );
}

/** The smaller of two numbers, as what it is. */
export function minimum(other: GoValue, number: GoValue): GoNumber {
  const [a, b] = [takeGoNumber('minimum', number), takeGoNumber('minimum', other)];
  return a < b ? a : b;
}

/** The larger of two numbers, as what it is. */
export function maximum(other: GoValue, number: GoValue): GoNumber {
  const [a, b] = [takeGoNumber('maximum', number), takeGoNumber('maximum', other)];
  return a > b ? a : b;
}

/** Integers from 0 up to but not including the one given, or from the first to before the second. Texts may hold them. */
export function loop(bounds: readonly GoValue[]): readonly bigint[] {
  const [start, end] =
    bounds.length === 1
      ? [0n, loopBound('count', bounds[0])]
      : [loopBound('start', bounds[0]), loopBound('end', bounds[1])];
  if (end - start > LONGEST_COUNT)
    throw cannot('loop', `it would have more than ${LONGEST_COUNT} numbers`);
  const count = end > start ? Number(end - start) : 0;
  return Object.freeze(Array.from({ length: count }, (_, at) => start + BigInt(at)));
}

/** The integer in a text, in base 10 and 64 bits; empty text is 0. */
export function parseGoInteger(call: string, text: GoValue, bits: 'signed' | 'unsigned'): bigint {
  if (typeof text !== 'string') throw badArgument(call, 'text', 'text', text);
  if (text === '') return 0n;
  const syntax = bits === 'signed' ? /^[+-]?[0-9]+$/ : /^[0-9]+$/;
  if (!syntax.test(text)) throw cannot(call, 'the text is not a whole number');
  const number = BigInt(text.replace(/^\+/, ''));
  const kept = bits === 'signed' ? BigInt.asIntN(64, number) : BigInt.asUintN(64, number);
  if (kept !== number) throw cannot(call, 'the number has more than 64 bits');
  return number;
}

/** The argument as an integer. */
function takeGoInteger(call: string, argument: string, value: GoValue): bigint {
  if (typeof value === 'bigint') return value;
  throw badArgument(call, argument, 'an integer', value);
}

function loopBound(argument: string, value: GoValue): bigint {
  if (typeof value === 'string' && value !== '') return parseGoInteger('loop', value, 'signed');
  return takeGoInteger('loop', argument, value);
}

function takeGoNumber(call: string, value: GoValue): GoNumber {
  if (typeof value === 'bigint' || typeof value === 'number') return value;
  const isText = typeof value === 'string';
  const error = badArgument(call, 'each argument', 'a number', value);
  throw isText
    ? cannot(
        call,
        'each argument must be a number, but one is text',
        'parseInt and parseFloat read numbers',
      )
    : error;
}

function operation(name: string, rules: Omit<Operation, 'name'>) {
  return (operand: GoValue, number: GoValue): GoNumber => {
    const [a, b] = [takeGoNumber(name, number), takeGoNumber(name, operand)];
    if (typeof a !== 'bigint' || typeof b !== 'bigint') return rules.floats(Number(a), Number(b));
    const result = rules.integers(a, b);
    // Go's integers would begin again at the other end.
    if (BigInt.asIntN(64, result) !== result)
      throw cannot(name, 'the result has more than 64 bits');
    return result;
  };
}

function divisor<N extends GoNumber>(call: string, value: N): N {
  if (Number(value) === 0) throw cannot(call, 'divisor is zero');
  return value;
}
