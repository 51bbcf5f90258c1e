/** What surrounds the template: environment variables and the time. */
import { cannot, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';
import { formatGoTime } from './go-time.ts';

/** The value of an environment variable; empty where it is not set. */
export function env(scope: FunctionScope, name: unknown): string {
  return variable(scope, takeText('env', 'name', name)) ?? '';
}

/** The value of an environment variable; an error where it is not set or empty. */
export function mustEnv(scope: FunctionScope, name: unknown): string {
  const text = takeText('mustEnv', 'name', name);
  const value = variable(scope, text);
  if (value === undefined || value === '') {
    const state = value === undefined ? 'not set' : 'empty';
    throw cannot('mustEnv', `the environment variable ${JSON.stringify(text)} is ${state}`);
  }
  return value;
}

/** The value of an environment variable, or `fallback` where it is not set. Set to nothing counts as set. */
export function envOrDefault(scope: FunctionScope, name: unknown, fallback: unknown): string {
  const otherwise = takeText('envOrDefault', 'fallback', fallback);
  return variable(scope, takeText('envOrDefault', 'name', name)) ?? otherwise;
}

/**
 * The time in UTC, the same everywhere in one rendering. `layout` shows how Go's reference time, 2006-01-02 15:04:05,
 * would be written (https://pkg.go.dev/time#Layout); `unix` gives the seconds since 1970; without one it is RFC 3339.
 * The passing of time does not render a template again.
 */
export function timestamp(scope: FunctionScope, layout?: unknown): string {
  if (layout === undefined) return formatGoTime(scope.nowMs, '2006-01-02T15:04:05Z07:00');
  const text = takeText('timestamp', 'layout', layout);
  if (text === 'unix') return String(Math.floor(scope.nowMs / 1000));
  return formatGoTime(scope.nowMs, text);
}

function variable(scope: FunctionScope, name: string): string | undefined {
  return Object.hasOwn(scope.environment, name) ? scope.environment[name] : undefined;
}
