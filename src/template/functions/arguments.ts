import { AutotmplError } from '../../core/errors.ts';

/**
 * What a template function makes sure of before it works. Messages name the function, the argument and the type that
 * was found, never the value: it may be a secret.
 */

/** The error for an argument of the wrong type or shape; `expected` completes "must be …". */
export function badArgument(
  call: string,
  argument: string,
  expected: string,
  value: unknown,
): AutotmplError {
  return new AutotmplError(
    'template',
    `${call}: ${argument} must be ${expected}, but it is ${describeType(value)}`,
    value === undefined ? { advice: 'an argument is left out, or a name is misspelt' } : {},
  );
}

/** The error for a call that cannot do its work; `complaint` is the rest of the sentence. */
export function cannot(call: string, complaint: string, advice?: string): AutotmplError {
  return new AutotmplError(
    'template',
    `${call}: ${complaint}`,
    advice === undefined ? {} : { advice },
  );
}

/** A value's type in the words of a template's author. */
function describeType(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'text';
  if (typeof value === 'bigint') return 'a whole number';
  if (typeof value === 'number') return Number.isInteger(value) ? 'a whole number' : 'a number';
  if (typeof value === 'boolean') return 'a boolean';
  return typeof value === 'function' ? 'a function' : 'a map';
}

/** The argument as text. */
export function takeText(call: string, argument: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw badArgument(call, argument, 'text', value);
}

/** The argument as text, where numbers and booleans are written the way a template prints them. */
export function takePrintable(call: string, argument: string, value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) {
    return String(value);
  }
  throw badArgument(call, argument, 'text, a number or a boolean', value);
}

/** The argument as a finite number. */
export function takeNumber(call: string, argument: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  const error = badArgument(call, argument, 'a number', value);
  if (typeof value !== 'string') throw error;
  throw cannot(
    call,
    `${argument} must be a number, but it is text`,
    'parseInt and parseFloat read numbers',
  );
}

/** The argument as a whole number that is held exactly. */
export function takeInteger(call: string, argument: string, value: unknown): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw badArgument(call, argument, 'a whole number', value);
}

/** The argument as a list. */
export function takeList(call: string, argument: string, value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  throw badArgument(call, argument, 'a list', value);
}

/** A map as templates know it: names and values. */
export type PlainMap = Readonly<Record<string, unknown>>;

/** Whether a value is a map. */
export function isMap(value: unknown): value is PlainMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The argument as a map. */
export function takeMap(call: string, argument: string, value: unknown): PlainMap {
  if (isMap(value)) return value;
  throw badArgument(call, argument, 'a map', value);
}

/** The argument as a list of maps, each with the named field. */
export function takeRows<F extends string>(
  call: string,
  argument: string,
  value: unknown,
  field: F,
): readonly Readonly<Record<F, unknown>>[] {
  const list = takeList(call, argument, value);
  for (const item of list) {
    if (!isMap(item) || !(field in item)) {
      throw cannot(call, `${argument} must be a list of things with a field ${field}`);
    }
  }
  return list as readonly Readonly<Record<F, unknown>>[];
}

/** A map for templates from its entries: sorted by name, frozen, without a prototype. A later entry wins. */
export function sortedMap<T>(entries: Iterable<readonly [string, T]>): Readonly<Record<string, T>> {
  const map = Object.create(null) as Record<string, T>;
  for (const [name, value] of [...entries].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) {
    map[name] = value;
  }
  return Object.freeze(map);
}
