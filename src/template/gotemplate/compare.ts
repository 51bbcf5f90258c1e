import { CallError } from './call-error.ts';
import { compareBytes, isMap, typeName } from './inspect.ts';
import { GoMethod, GoStruct, type GoValue } from './values.ts';

/** Kinds that can be compared; integers and floats are two of them. */
type Basic = 'string' | 'boolean' | 'bigint' | 'number';

/** Whether the first value equals one of the others. */
export function eq(values: readonly GoValue[]): boolean {
  const [first, ...others] = values;
  if (others.length === 0) throw new CallError('missing argument for comparison');
  return others.some((other) => areEqual(first, other));
}

/** Whether the two values differ. */
export function ne(first: GoValue, second: GoValue): boolean {
  return !areEqual(first, second);
}

/** Whether the first value comes before the second. */
export function lt(first: GoValue, second: GoValue): boolean {
  return order(first, second) < 0;
}

/** Whether the first value does not come after the second. */
export function le(first: GoValue, second: GoValue): boolean {
  return order(first, second) <= 0;
}

/** Whether the first value comes after the second. */
export function gt(first: GoValue, second: GoValue): boolean {
  // Go's own way, which shows where one of them is not a number.
  return !(order(first, second) <= 0);
}

/** Whether the first value does not come before the second. */
export function ge(first: GoValue, second: GoValue): boolean {
  return !(order(first, second) < 0);
}

function areEqual(first: GoValue, second: GoValue): boolean {
  const firstKind = basicKind(first);
  const secondKind = basicKind(second);
  if (isNil(first) || isNil(second)) return isNil(first) && isNil(second);
  if (firstKind !== secondKind) throw new CallError('incompatible types for comparison');
  if (firstKind !== undefined) return first === second;
  if (first instanceof GoStruct && second instanceof GoStruct) return first === second;
  const culprit = isComparable(first) ? second : first;
  throw new CallError(`non-comparable type ${typeName(culprit)}`);
}

/** Negative, zero, positive, or not a number where one of them is none. */
function order(first: GoValue, second: GoValue): number {
  const kind = basicKind(first);
  if (kind === undefined || basicKind(second) === undefined || kind === 'boolean') {
    if (kind === 'boolean' && basicKind(second) !== 'boolean' && basicKind(second) !== undefined) {
      throw new CallError('incompatible types for comparison');
    }
    throw new CallError('invalid type for comparison');
  }
  if (typeof first === 'string' && typeof second === 'string') return compareBytes(first, second);
  if (typeof first === 'bigint' && typeof second === 'bigint') {
    return first === second ? 0 : first < second ? -1 : 1;
  }
  if (typeof first === 'number' && typeof second === 'number') {
    if (Number.isNaN(first) || Number.isNaN(second)) return Number.NaN;
    return first === second ? 0 : first < second ? -1 : 1;
  }
  throw new CallError('incompatible types for comparison');
}

function basicKind(value: GoValue): Basic | undefined {
  const kind = typeof value;
  return kind === 'string' || kind === 'boolean' || kind === 'bigint' || kind === 'number'
    ? kind
    : undefined;
}

function isNil(value: GoValue): boolean {
  return value === undefined || value === null;
}

function isComparable(value: GoValue): boolean {
  return !(Array.isArray(value) || isMap(value) || value instanceof GoMethod);
}
