import { badArgument, cannot } from '../functions/arguments.ts';
import { env } from '../functions/environment.ts';
import { join, regexReplaceAll, replaceAll, split } from '../functions/text.ts';
import { formatAsPrinted } from './format-value.ts';
import { derived, variadic, type GoFunctions } from './functions.ts';
import type { GoFunction, GoValue } from './values.ts';

/** A loop in a config that turns more often is a mistake. */
const MOST_TURNS = 1_000_000n;

/**
 * What ContainerPilot adds to Go's functions for its configs: those of version 3, which has all of version 2.
 * https://github.com/joyent/containerpilot/tree/master/docs
 */
export const CONFIG_FUNCTIONS: GoFunctions = new Map<string, GoFunction>([
  ['default', derived(defaultText)],
  ['split', derived((separator, text) => split(separator, text))],
  ['join', derived((separator, list) => join(separator, list))],
  ['replaceAll', derived((from, to, text) => replaceAll(from, to, text))],
  [
    'regexReplaceAll',
    derived((pattern, replacement, text) => regexReplaceAll(pattern, replacement, text)),
  ],
  ['env', { call: (scope, [name]) => env(scope, name), least: 1, most: 1, gives: 'facts' }],
  ['loop', variadic(0, loop)],
]);

/** The text, or the fallback where it is empty or no text at all. */
function defaultText(fallback: GoValue, text: GoValue): string {
  return typeof text === 'string' && text !== '' ? text : formatAsPrinted(fallback);
}

/** Integers from 0 up to but not including the one given, or from the first to before the second, down as well as up. */
function loop(bounds: readonly GoValue[]): readonly bigint[] {
  const [first, second] = bounds;
  if (bounds.length < 1 || bounds.length > 2) {
    throw cannot('loop', `wrong number of arguments, expected 1 or 2, but got ${bounds.length}`);
  }
  const start = bounds.length === 1 ? 0n : takeInteger(first);
  const end = takeInteger(bounds.length === 1 ? first : second);
  const step = end < start ? -1n : 1n;
  const count = (end - start) * step;
  if (count > MOST_TURNS) throw cannot('loop', `more than ${MOST_TURNS} turns`);
  return Array.from({ length: Number(count) }, (_, turn) => start + step * BigInt(turn));
}

/** An integer, or a text that is one: values of the environment are texts. */
function takeInteger(value: GoValue): bigint {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'string' && /^[+-]?[0-9]{1,18}$/.test(value)) {
    return BigInt(value.replace(/^\+/, ''));
  }
  throw badArgument('loop', 'each bound', 'an integer', value);
}
