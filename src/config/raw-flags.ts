import { parseDuration } from '../core/duration.ts';
import { AutotmplError } from '../core/errors.ts';
import { nearest } from '../core/nearest.ts';

/** The values of each flag that was given, in the order given, by its name without dashes; booleans as `true` and `false`. */
export type RawFlags = ReadonlyMap<string, readonly string[]>;

/** Whether a boolean flag is on; the last one counts. */
export function isOn(raw: RawFlags, name: string): boolean {
  return lastValue(raw, name) === 'true';
}

/** The value of a flag that counts once: the last one. */
export function lastValue(raw: RawFlags, name: string): string | undefined {
  return raw.get(name)?.at(-1);
}

/** What is expected of a flag: a phrase, or the words to choose from. */
export type Expected = string | readonly string[];

/** Reads the value of a flag; throws an AutotmplError (`usage`) where `parse` makes nothing of it. */
export function readFlag<T>(
  raw: RawFlags,
  name: string,
  expected: Expected,
  parse: (text: string) => T | undefined,
): T | undefined {
  const text = lastValue(raw, name);
  if (text === undefined) return undefined;
  const value = parse(text);
  if (value !== undefined) return value;
  // Before an @ in an address stands a password.
  const found = text.includes('@') ? 'something with an @' : JSON.stringify(text);
  const phrase = typeof expected === 'string' ? expected : `one of ${expected.join(', ')}`;
  const close = typeof expected === 'string' ? undefined : nearest(text, expected);
  throw new AutotmplError('usage', `-${name}: expected ${phrase}, found ${found}`, {
    ...(close !== undefined && { advice: `did you mean ${close}?` }),
  });
}

/** Reads a flag's duration into milliseconds: more than zero. */
export function durationFlag(raw: RawFlags, name: string): number | undefined {
  return readFlag(raw, name, 'a duration of more than zero, such as "30s"', (text) => {
    const durationMs = parseDuration(text);
    return durationMs === 0 ? undefined : durationMs;
  });
}
