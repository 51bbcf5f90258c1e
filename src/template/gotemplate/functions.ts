import type { GoFunction, GoValue } from './values.ts';

/** Functions by name. */
export type GoFunctions = ReadonlyMap<string, GoFunction>;

/** A row for a function of its arguments alone, with as many as it has parameters. */
export function derived(call: (...args: GoValue[]) => GoValue): GoFunction {
  return {
    call: (_scope, args) => call(...args),
    least: call.length,
    most: call.length,
    gives: 'derived',
  };
}

/** A row for a function of its arguments alone, with at least `least` of them. */
export function variadic(least: number, call: (args: readonly GoValue[]) => GoValue): GoFunction {
  return {
    call: (_scope, args) => call(args),
    least,
    most: Number.POSITIVE_INFINITY,
    gives: 'derived',
  };
}
