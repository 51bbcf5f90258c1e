/** The way to a value in a document: keys and list positions. */
export type DocumentPath = readonly (string | number)[];

/** Line and column, both from 1. */
export interface Spot {
  readonly line: number;
  readonly column: number;
}

/** Where a value begins, or the key that it stands behind; of what is absent, the nearest thing around it. */
export type Locate = (path: DocumentPath, aim: 'key' | 'value') => Spot;

/** What a parser makes of a text: its value, or what keeps it from having one. */
export type ParsedText =
  | {
      readonly ok: true;
      /** Plain data; null for an empty document. */
      readonly content: unknown;
      readonly locate: Locate;
    }
  | { readonly ok: false; readonly errors: readonly (Spot & { readonly message: string })[] };

/** Reads one syntax. A message never quotes the text: there may be a token in it. */
export type ParseText = (text: string) => ParsedText;

/** A config file that could be parsed. */
export interface ConfigDocument {
  /** The file as people know it: the path that they gave, or that a folder they gave led to. */
  readonly file: string;
  /** Absolute path of its folder: what relative paths in it start from. */
  readonly folder: string;
  readonly content: unknown;
  readonly locate: Locate;
}

/** A path the way people write it: `templates[2].perms`; empty for the whole document. */
export function showPath(path: DocumentPath): string {
  return path
    .map((step, position) => {
      if (typeof step === 'number') return `[${step}]`;
      const word = /^[\w$-]+$/.test(step) ? step : JSON.stringify(step);
      return position === 0 ? word : `.${word}`;
    })
    .join('');
}

/** A path with every list position left out: `templates[].perms`. */
export function pathPattern(path: DocumentPath): string {
  return showPath(path).replace(/\[\d+\]/g, '[]');
}

/** Turns an offset in a text into line and column. */
export function spotAt(text: string, offset: number): Spot {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - lineStart + 1 };
}

/** A value that has keys, and not a list, a date or another thing of a class. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}
