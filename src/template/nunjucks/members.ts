import { AutotmplError } from '../../core/errors.ts';

/** Names that lead from a value to what made it, and from there to running code. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'constructor',
  'prototype',
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
]);

/** What every value has; on a list, a text or a number these three are of use. */
const COMMON: ReadonlySet<string> = new Set(Object.getOwnPropertyNames(Object.prototype));
const USEFUL: ReadonlySet<string> = new Set(['toString', 'toLocaleString', 'valueOf']);

/** Methods that change the list that they are called on. */
const CHANGING: ReadonlySet<string> = new Set([
  'push',
  'pop',
  'shift',
  'unshift',
  'splice',
  'sort',
  'reverse',
  'fill',
  'copyWithin',
]);

type Callable = (...args: unknown[]) => unknown;

/**
 * `holder.name` as templates see it. A map has its own members and no others, a function has none; lists, texts, numbers
 * and regular expressions have their methods, but for the {@link FORBIDDEN} names. The name is turned into text first: a
 * list with one name in it would pass the check and still be looked up.
 */
export function lookUpMember(holder: unknown, name: unknown): unknown {
  if (holder === undefined || holder === null || typeof holder === 'function') return undefined;
  const text = memberName(name);
  if (text === undefined || !mayBeSeen(holder, text) || FORBIDDEN.has(text)) return undefined;
  const value = (holder as Record<string, unknown>)[text];
  if (typeof value !== 'function') return value;
  if (CHANGING.has(text) && Array.isArray(holder) && Object.isFrozen(holder)) {
    return () => {
      throw listIsShared(text);
    };
  }
  return (...args: unknown[]) => (value as Callable).apply(holder, args);
}

/** Whether the value is one whose methods work on characters: text, or a regular expression. */
export function worksOnText(holder: unknown): boolean {
  return typeof holder === 'string' || holder instanceof String || holder instanceof RegExp;
}

function mayBeSeen(holder: object | string | number, name: string): boolean {
  if (typeof holder !== 'object') return !COMMON.has(name) || USEFUL.has(name);
  if (Object.hasOwn(holder, name)) return true;
  if (!Array.isArray(holder) && !worksOnText(holder)) return false;
  return !COMMON.has(name) || USEFUL.has(name);
}

function memberName(name: unknown): string | undefined {
  if (typeof name === 'string') return name;
  if (typeof name === 'number' || typeof name === 'boolean') return String(name);
  return name instanceof String ? name.toString() : undefined;
}

function listIsShared(method: string): AutotmplError {
  return new AutotmplError(
    'template',
    `"${method}" would change a list that belongs to the catalog or to a function`,
    {
      advice:
        'the filters sort, reverse and list give new lists; concat and slice do so for what is added or left out',
    },
  );
}
