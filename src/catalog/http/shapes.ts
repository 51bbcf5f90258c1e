import { bareMap } from '../../core/bare-map.ts';

/**
 * Reads parts of parsed JSON as what they should be. Consul leaves out what is empty and writes `null` for an empty list, so
 * absence gives the empty value of its kind; another type is an error, never a guess.
 */
export type JsonRecord = Readonly<Record<string, unknown>>;

/** Text that is not JSON, or JSON of another shape than the API has. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
}

/** Parses a body. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new ShapeError('the body is not JSON');
  }
}

/** An object; absent is one without members. */
export function asRecord(value: unknown, what: string): JsonRecord {
  if (value === undefined || value === null) return {};
  if (typeof value !== 'object' || Array.isArray(value)) throw wrong(what, 'an object');
  return value as JsonRecord;
}

/** A list; absent is the empty one. */
export function asList(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw wrong(what, 'a list');
  return value as readonly unknown[];
}

/** A list of texts; `each` is what one of them is called. */
export function asTextList(value: unknown, what: string, each: string): readonly string[] {
  return asList(value, what).map((item) => asText(item, each));
}

/** Text; absent is the empty one. */
export function asText(value: unknown, what: string): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') throw wrong(what, 'text');
  return value;
}

/** A number; absent is 0. */
export function asNumber(value: unknown, what: string): number {
  if (value === undefined || value === null) return 0;
  if (typeof value !== 'number') throw wrong(what, 'a number');
  return value;
}

/** Names with text each. */
export function asTexts(value: unknown, what: string): Readonly<Record<string, string>> {
  return mapRecord(asRecord(value, what), (text) => asText(text, what));
}

/** The same names with other values; no name, `__proto__` included, is anything but a name. */
export function mapRecord<T>(record: JsonRecord, map: (value: unknown, name: string) => T) {
  const mapped = bareMap<T>();
  for (const [name, value] of Object.entries(record)) mapped[name] = map(value, name);
  return mapped as Readonly<Record<string, T>>;
}

function wrong(what: string, expected: string): ShapeError {
  return new ShapeError(`${what} is not ${expected}`);
}
