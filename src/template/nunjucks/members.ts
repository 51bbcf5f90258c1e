/** Names that lead from a value to what made it, and from there to running code. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  'constructor',
  'prototype',
  '__proto__',
  '__defineGetter__',
  '__defineSetter__',
  '__lookupGetter__',
  '__lookupSetter__',
  'caller',
  'callee',
  'arguments',
]);

/**
 * `holder.name` as templates see it. Nothing is found behind the {@link FORBIDDEN} names or on a function. The name is
 * turned into text first: a list with one name in it would pass the check and still be looked up.
 */
export function lookUpMember(holder: unknown, name: unknown): unknown {
  if (holder === undefined || holder === null || typeof holder === 'function') return undefined;
  const text = memberName(name);
  if (text === undefined || FORBIDDEN.has(text)) return undefined;
  const value = (holder as Record<string, unknown>)[text];
  if (typeof value !== 'function') return value;
  return (...args: unknown[]) => (value as (...args: unknown[]) => unknown).apply(holder, args);
}

function memberName(name: unknown): string | undefined {
  if (typeof name === 'string') return name;
  if (typeof name === 'number' || typeof name === 'boolean') return String(name);
  return name instanceof String ? name.toString() : undefined;
}
