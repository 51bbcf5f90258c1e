import { badArgument, cannot } from '../functions/arguments.ts';
import { formatAsPrinted } from '../gotemplate/format-value.ts';
import { isList, isMap, sortedEntries } from '../gotemplate/inspect.ts';
import { GoMap, type GoValue } from '../gotemplate/values.ts';

/** What Sprig's functions make sure of before they work, and how they read values of other types. `call` is the function's name. */

/** A map that a template makes and may change. */
export type Dict = Record<string, GoValue>;

/** A list or text that is longer than this takes the memory of the machine. */
export const LONGEST_RESULT = 1_000_000;

/** The argument as text. */
export function takeGoText(call: string, argument: string, value: GoValue): string {
  if (typeof value === 'string') return value;
  throw badArgument(call, argument, 'text', value);
}

/** The argument as an integer that counts something. */
export function takeCount(call: string, argument: string, value: GoValue): number {
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  throw badArgument(call, argument, 'an integer', value);
}

/** The argument as a list. */
export function takeGoList(call: string, argument: string, value: GoValue): readonly GoValue[] {
  if (isList(value)) return value;
  throw badArgument(call, argument, 'a list', value);
}

/** The argument as a map of names: the very one, where it is one that a template made. */
export function takeDict(call: string, argument: string, value: GoValue): Readonly<Dict> {
  if (value instanceof GoMap) {
    return dictOf(sortedEntries(value).map(([name, item]) => [String(name), item]));
  }
  if (isMap(value)) return value;
  throw badArgument(call, argument, 'a map', value);
}

/** The argument as a map that can be changed. */
export function takeOwnDict(call: string, argument: string, value: GoValue): Dict {
  const dict = takeDict(call, argument, value);
  if (dict === value && !Object.isFrozen(dict)) return dict;
  throw cannot(
    call,
    `${argument} cannot be changed`,
    'change a copy of it: sprig_deepCopy makes one',
  );
}

/** A new map that can be changed. */
export function dictOf(entries: Iterable<readonly [string, GoValue]>): Dict {
  const dict = Object.create(null) as Dict;
  for (const [name, value] of entries) dict[name] = value;
  return dict;
}

/** Names and values of a map, sorted by name: Go gives them in no order, and a file must not change without a reason. */
export function entriesOf(dict: Readonly<Dict>): readonly (readonly [string, GoValue])[] {
  return sortedEntries(dict).map(([name, value]) => [String(name), value] as const);
}

/** Any value as text, as actions print it. */
export function toText(value: GoValue): string {
  return formatAsPrinted(value);
}

/** Any value as a list of texts: the items of a list but for those that are nil, or the value alone. */
export function toTexts(value: GoValue): readonly string[] {
  if (isNil(value)) return [];
  return isList(value) ? value.filter((item) => !isNil(item)).map(toText) : [toText(value)];
}

/** Whether there is no value. */
export function isNil(value: GoValue): value is undefined | null {
  return value === undefined || value === null;
}

/** Any value as an integer: a float is cut, text is read with its prefix (`0x1f`, `017`), and what is no number is 0. */
export function toInteger(value: GoValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (typeof value === 'number')
    return Number.isFinite(value) ? BigInt.asIntN(64, BigInt(Math.trunc(value))) : 0n;
  return typeof value === 'string' ? readInteger(value) : 0n;
}

/** Any value as a float; what is no number is 0. */
export function toFloat(value: GoValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string' || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value)) {
    return 0;
  }
  return Number(value);
}

/** An integer that Go can hold; Go's would begin again at the other end. */
export function within64Bits(call: string, value: bigint): bigint {
  if (BigInt.asIntN(64, value) === value) return value;
  throw cannot(call, 'the result has more than 64 bits');
}

function readInteger(text: string): bigint {
  const found =
    /^([+-]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([0-9]+))(?:\.0*)?$/.exec(text);
  if (found === null) return 0n;
  const [, sign, hexadecimal, binary, octal, decimal] = found;
  const digits =
    hexadecimal !== undefined
      ? `0x${hexadecimal}`
      : binary !== undefined
        ? `0b${binary}`
        : octal !== undefined
          ? `0o${octal}`
          : (decimal ?? '0');
  const number = sign === '-' ? -BigInt(digits) : BigInt(digits);
  return BigInt.asIntN(64, number) === number ? number : 0n;
}
