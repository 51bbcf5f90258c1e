import { takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';

/** What many a secret holds and nobody has to hide: masking it would only spoil what else is shown. */
const PLAIN: ReadonlySet<string> = new Set(['true', 'false', 'null', 'none', 'yes', 'no']);
/** A shorter number is a port, a version, a count. */
const SHORTEST_NUMBER = 6;

/** The text as it is, and from now on masked in diffs, logs and errors: `key("db/password") | secret`. */
export function markSecret(scope: FunctionScope, text: unknown): string {
  const value = takeText('secret', 'text', text);
  scope.keepSecret(value);
  return value;
}

/** Marks every text and every long number of a value, in depth; the names in it are none. */
export function keepSecrets(scope: FunctionScope, value: unknown): void {
  if (typeof value === 'string') {
    if (!PLAIN.has(value.toLowerCase())) scope.keepSecret(value);
  } else if (typeof value === 'number') {
    if (String(value).length >= SHORTEST_NUMBER) scope.keepSecret(String(value));
  } else if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) keepSecrets(scope, inner);
  }
}
