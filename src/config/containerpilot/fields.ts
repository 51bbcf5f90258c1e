import { parseBoolean } from '../../core/boolean.ts';
import { parseDuration } from '../../core/duration.ts';
import { nearest } from '../../core/nearest.ts';
import { isMap, showPath, type DocumentPath } from '../document.ts';
import { problemAt } from '../problems.ts';
import type { Entry, Source } from './source.ts';
import { commandWords } from './command-words.ts';

/**
 * Reads the keys of one map as ContainerPilot does: in any case, and of any kind that can be turned into the one that is
 * wanted (`"8000"` for 8000, one value for a list of it; mapstructure's weakly typed input). What cannot be is a problem and reads as
 * absent. `close` then refuses every key that nobody asked for.
 */
export class Fields {
  readonly path: DocumentPath;
  readonly #source: Source;
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #asked = new Map<string, string>();

  constructor(source: Source, { path, value }: Entry) {
    this.path = path;
    this.#source = source;
    this.#value = value;
  }

  /** The value as it was written; null is absent. */
  raw(key: string): unknown {
    const written =
      key in this.#value
        ? key
        : Object.keys(this.#value).find((name) => name.toLowerCase() === key.toLowerCase());
    this.#asked.set(key, written ?? key);
    return written === undefined ? undefined : (this.#value[written] ?? undefined);
  }

  /** Where a key's value is. */
  pathOf(key: string): DocumentPath {
    return [...this.path, this.#asked.get(key) ?? key];
  }

  fail(key: string, message: string, suggestion?: string): undefined {
    this.#source.fail(this.pathOf(key), message, suggestion);
    return undefined;
  }

  warn(key: string, message: string): void {
    this.#source.warn(this.pathOf(key), message);
  }

  /** Text; numbers as they are written, booleans as 1 and 0. */
  text(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    return weakText(value) ?? this.#expected(key, 'text');
  }

  /** A whole number; a fraction is cut off, booleans are 1 and 0. */
  integer(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const isText = typeof value === 'string' && /^[+-]?(?:\d+|0x[\da-f]+)$/i.test(value);
    const number = isText || typeof value !== 'string' ? Number(weakNumber(value)) : Number.NaN;
    return Number.isFinite(number) ? Math.trunc(number) : this.#expected(key, 'a whole number');
  }

  /** Yes or no; numbers but 0 are yes, and texts as Go reads them. */
  flag(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || value === '') return undefined;
    if (typeof value === 'boolean') return value;
    if (typeof value === 'number') return value !== 0;
    const parsed = typeof value === 'string' ? parseBoolean(value) : undefined;
    return parsed ?? this.#expected(key, 'true or false');
  }

  /** A list of texts, or one text. */
  texts(key: string): readonly string[] | undefined {
    const value = this.raw(key);
    if (value === undefined || value === '') return undefined;
    const texts = (Array.isArray(value) ? value : [value]).map((item) => weakText(item));
    return texts.every((text) => text !== undefined)
      ? texts
      : this.#expected(key, 'text, or a list of texts');
  }

  /** Seconds as a whole number that is above zero, in milliseconds; `complaint` tells that it is not. */
  positiveSeconds(key: string, complaint: string): number | undefined {
    const problems = this.#source.problems.length;
    const seconds = this.integer(key) ?? 0;
    if (seconds > 0) return seconds * 1000;
    return this.#source.problems.length > problems ? undefined : this.fail(key, complaint);
  }

  /** A duration as Go writes it, or a number of seconds, in milliseconds. */
  duration(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined || value === '') return undefined;
    const text = weakText(value) ?? '';
    const durationMs = /^\d+$/.test(text) ? Number(text) * 1000 : parseDuration(text);
    return durationMs ?? this.fail(key, `Unable to parse ${key}: expected ${DURATION_FORM}`);
  }

  /** A command as a list of words; undefined where there is none. Text is split at spaces and nothing else: no shell ever sees it. */
  command(key: string): readonly string[] | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : commandWords(this.#source, this.pathOf(key), value);
  }

  /** A map inside of this one. */
  section(key: string): Fields | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (!isMap(value)) return this.#expected(key, 'a map');
    return new Fields(this.#source, { path: this.pathOf(key), value });
  }

  /** Refuses the keys that nobody asked for; in ContainerPilot's words. */
  close(): void {
    const asked = new Set(this.#asked.values());
    const unknown = Object.keys(this.#value).filter((key) => !asked.has(key));
    const [first] = unknown;
    if (first === undefined) return;
    const known = [...this.#asked.keys()];
    const close = nearest(first, known);
    this.#source.problems.push({
      ...problemAt(this.#source.document, [...this.path, first], 'key', { message: '' }),
      message: `${showPath(this.path)}: has invalid keys: ${unknown.join(', ')}`,
      suggestion:
        close === undefined ? `known here: ${known.join(', ')}` : `did you mean ${close}?`,
    });
  }

  #expected(key: string, phrase: string): undefined {
    return this.fail(key, `expected ${phrase}, found ${kindOf(this.raw(key))}`);
  }
}

const DURATION_FORM = 'a duration such as "10s" or "500ms"';

function weakText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  return typeof value === 'boolean' ? String(Number(value)) : undefined;
}

function weakNumber(value: unknown): unknown {
  return typeof value === 'object' ? Number.NaN : value;
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (isMap(value)) return 'a map';
  return typeof value === 'number'
    ? `the number ${value}`
    : typeof value === 'string'
      ? 'another text'
      : 'a boolean';
}
