import { nearest } from '../../core/nearest.ts';
import { DocumentError, type Located, type MapEntry } from './yaml-tree.ts';

/** Reads the value of one field. */
export type Reader<T> = (value: Located, name: string) => T;

/**
 * The fields of one map, each read by its reader; what is absent is undefined. A name without a reader is an error, and the
 * message says which names there are.
 */
export function readFields<T extends Record<string, unknown>>(
  value: Located,
  what: string,
  readers: { readonly [Name in keyof T]: Reader<T[Name]> },
): Partial<T> {
  const fields: Partial<T> = {};
  for (const { name, at, value: field } of readEntries(value, what)) {
    if (!Object.hasOwn(readers, name)) {
      const known = Object.keys(readers);
      const close = nearest(name, known);
      const guess = close === undefined ? '' : `did you mean ${close}? `;
      const advice = `${guess}it has ${known.join(', ')}`;
      throw new DocumentError(`${what} has no field ${JSON.stringify(name)} (${advice})`, at);
    }
    const known = name as keyof T & string;
    fields[known] = readers[known](field, `${what}: ${name}`);
  }
  return fields;
}

/** The entries of a map. */
export function readEntries(value: Located, what: string): readonly MapEntry[] {
  if (isNothing(value)) return [];
  if (value.kind !== 'map') throw new DocumentError(`${what} must be a map`, value.at);
  return value.entries;
}

/** The items of a list. */
export function readItems(value: Located, what: string): readonly Located[] {
  if (isNothing(value)) return [];
  if (value.kind !== 'list') throw new DocumentError(`${what} must be a list`, value.at);
  return value.items;
}

/** Text; numbers and the like are text as they are written. */
export function readText(value: Located, what: string): string {
  if (value.kind !== 'text') throw new DocumentError(`${what} must be text`, value.at);
  return value.text;
}

/** A list of texts. */
export function readTextList(value: Located, what: string): readonly string[] {
  return readItems(value, what).map((item) => readText(item, what));
}

/** A map of texts. */
export function readTextMap(value: Located, what: string): Readonly<Record<string, string>> {
  const map = Object.create(null) as Record<string, string>;
  for (const entry of readEntries(value, what)) {
    map[entry.name] = readText(entry.value, `${what}: ${entry.name}`);
  }
  return map;
}

/** A whole number that is not negative. */
export function readCount(value: Located, what: string): number {
  const text = readText(value, what);
  if (!/^\d{1,15}$/.test(text)) {
    throw new DocumentError(
      `${what} must be a whole number, not ${JSON.stringify(text)}`,
      value.at,
    );
  }
  return Number(text);
}

/** `true` or `false`. */
export function readFlag(value: Located, what: string): boolean {
  return readOneOf(['true', 'false'])(value, what) === 'true';
}

/** One of some words. */
export function readOneOf<Word extends string>(words: readonly Word[]): Reader<Word> {
  return (value, what) => {
    const text = readText(value, what);
    const word = words.find((candidate) => candidate === text);
    if (word !== undefined) return word;
    throw new DocumentError(
      `${what} must be one of ${words.join(', ')}, not ${JSON.stringify(text)}`,
      value.at,
    );
  };
}

/** Whether there is nothing behind a name. */
export function isNothing(value: Located): boolean {
  return value.kind === 'text' && value.text === '';
}
