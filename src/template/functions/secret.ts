/** Values that nobody shall see. */
import { takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';

/** The text as it is, and from now on masked in diffs, logs and errors: `key("db/password") | secret`. */
export function secret(scope: FunctionScope, text: unknown): string {
  const value = takeText('secret', 'text', text);
  scope.keepSecret(value);
  return value;
}
