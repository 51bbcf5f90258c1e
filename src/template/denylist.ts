import { AutotmplError } from '../core/errors.ts';

/** Whether a function may not be called. In a pattern `*` stands for any characters: `sprig_*`. */
export function denylist(patterns: readonly string[] | undefined): (name: string) => boolean {
  if (patterns === undefined || patterns.length === 0) return () => false;
  const expressions = patterns.map(
    (pattern) =>
      new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`, 's'),
  );
  return (name) => expressions.some((expression) => expression.test(name));
}

/** The error for a call of a function that may not be called. */
export function disabled(name: string): AutotmplError {
  return new AutotmplError('template', `${name}: function is disabled`, {
    advice: 'the functionDenylist of the target names it',
  });
}
