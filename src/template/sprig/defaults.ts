/** Defaults. Empty are nil, false, 0, empty text, and lists and maps without anything in them. */
import { derived, variadic } from '../gotemplate/functions.ts';
import { isTrue } from '../gotemplate/inspect.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import { badArgument } from '../functions/arguments.ts';
import { deepCopy } from './deep.ts';

/** Sprig's functions for what may be missing. */
export const DEFAULTS: Readonly<Record<string, GoFunction>> = {
  default: {
    ...variadic(1, ([fallback, ...given]) => (isEmpty(given[0]) ? fallback : given[0])),
    gives: 'moved',
  },
  empty: derived(isEmpty),
  coalesce: { ...variadic(0, (values) => values.find((value) => !isEmpty(value))), gives: 'moved' },
  all: variadic(0, (values) => values.every((value) => !isEmpty(value))),
  any: variadic(0, (values) => values.some((value) => !isEmpty(value))),
  ternary: { ...derived(ternary), gives: 'moved' },
  deepCopy: { ...derived(deepCopy), gives: 'moved' },
  mustDeepCopy: { ...derived(deepCopy), gives: 'moved' },
};

/** Whether a value is the empty one of its type. */
export function isEmpty(value: GoValue): boolean {
  return !isTrue(value);
}

function ternary(ifTrue: GoValue, ifFalse: GoValue, condition: GoValue): GoValue {
  if (typeof condition !== 'boolean') {
    throw badArgument('ternary', 'the condition', 'true or false', condition);
  }
  return condition ? ifTrue : ifFalse;
}
