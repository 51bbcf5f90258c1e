/**
 * Numbers. The piped number comes last, so that `10 | subtract(3)` is 7. Templates know one kind of number: where both
 * are whole, `divide` gives a whole number, cut towards zero, as Go does; else it divides exactly.
 */
import { LONGEST_COUNT } from '../limits.ts';
import { cannot, takeInteger, takeNumber } from './arguments.ts';

/** `number` + `addend`. */
export function add(addend: unknown, number: unknown): number {
  return calculate('add', number, addend, (a, b) => a + b);
}

/** `number` − `subtrahend`. */
export function subtract(subtrahend: unknown, number: unknown): number {
  return calculate('subtract', number, subtrahend, (a, b) => a - b);
}

/** `number` × `factor`. */
export function multiply(factor: unknown, number: unknown): number {
  return calculate('multiply', number, factor, (a, b) => a * b);
}

/** `number` ÷ `divisor`; between whole numbers it is cut to a whole number: `7 | divide(2)` is 3. */
export function divide(divisor: unknown, number: unknown): number {
  return calculate('divide', number, divisor, (a, b) => {
    if (b === 0) throw cannot('divide', 'divisor is zero');
    return Number.isInteger(a) && Number.isInteger(b) ? Math.trunc(a / b) : a / b;
  });
}

/** What remains of `number` when divided by `divisor`, both whole; with the sign of `number`. */
export function modulo(divisor: unknown, number: unknown): number {
  const by = takeInteger('modulo', 'divisor', divisor);
  if (by === 0) throw cannot('modulo', 'divisor is zero');
  return (takeInteger('modulo', 'number', number) % by) + 0;
}

/** The smaller of two numbers. */
export function minimum(other: unknown, number: unknown): number {
  return calculate('minimum', number, other, Math.min);
}

/** The larger of two numbers. */
export function maximum(other: unknown, number: unknown): number {
  return calculate('maximum', number, other, Math.max);
}

/**
 * A list of whole numbers to walk through: `loop(3)` is 0, 1, 2 and `loop(2, 4)` is 2, 3. Numbers may be given as text.
 * Inside a `{% for %}` the name `loop` is Nunjucks' own; `range` does the same there.
 */
export function loop(startOrCount: unknown, end?: unknown): readonly number[] {
  const first = end === undefined ? 0 : counter('start', startOrCount);
  const last = end === undefined ? counter('count', startOrCount) : counter('end', end);
  if (last - first > LONGEST_COUNT) {
    throw cannot('loop', `it would have more than ${LONGEST_COUNT} numbers`);
  }
  return Object.freeze(Array.from({ length: Math.max(0, last - first) }, (_, at) => first + at));
}

function counter(argument: string, value: unknown): number {
  if (typeof value === 'string' && /^[+-]?\d+$/.test(value)) {
    return takeInteger('loop', argument, Number(value));
  }
  return takeInteger('loop', argument, value);
}

function calculate(
  call: string,
  number: unknown,
  operand: unknown,
  work: (a: number, b: number) => number,
): number {
  const a = takeNumber(call, 'the first number', operand);
  const b = takeNumber(call, 'the second number', number);
  const result = work(b, a);
  const whole = Number.isInteger(a) && Number.isInteger(b);
  if (!Number.isFinite(result) || (whole && !Number.isSafeInteger(result))) {
    throw cannot(call, 'the result is too large to be held exactly');
  }
  // Zero has no sign in a file.
  return result + 0;
}
