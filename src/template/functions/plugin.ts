/** Programs. What they print. */
import { cannot, takePrintable, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';

/**
 * What a program prints, without white space around it. Arguments are trimmed, and empty ones left out; there is no shell. It runs
 * once for as long as a template asks for it with the same arguments, has 30 seconds, and must end with exit code 0: else the
 * template fails, and the program is tried again after a second, then ever more seldom. It sees the environment of commands, without
 * our credentials.
 */
export function plugin(scope: FunctionScope, program: unknown, ...words: unknown[]): string {
  const name = takeText('plugin', 'program', program);
  if (name === '') throw cannot('plugin', 'program is empty');
  const given = words
    .map((word) => takePrintable('plugin', 'each argument', word).trim())
    .filter((word) => word !== '');
  const run = scope.ask({ kind: 'plugin', command: [name, ...given] });
  if (run === undefined) return '';
  if ('failure' in run) throw cannot('plugin', `${name} failed: ${run.failure}`);
  return run.output;
}
