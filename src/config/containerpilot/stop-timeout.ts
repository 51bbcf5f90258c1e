import type { Fields } from './fields.ts';

const DEFAULT_SECONDS = 5;

/** `stopTimeout` at the top of both versions, in milliseconds: whole seconds; 0 is the default too, and less is KILL at once, which is 0 here. */
export function stopTimeout(top: Fields): number {
  const seconds = top.integer('stopTimeout') ?? 0;
  return Math.max(0, seconds === 0 ? DEFAULT_SECONDS : seconds) * 1000;
}
