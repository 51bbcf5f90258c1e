/** Quoting for data formats: one complete value, whatever it holds. */
import { badArgument, cannot } from './arguments.ts';

/**
 * A JSON value: text in quotes, numbers, booleans and null as they are, lists and maps whole. Control characters of all
 * kinds, and the line ends of JavaScript, are escaped. Stands wherever JSON wants a value; text, also as a name.
 */
export function json(value: unknown): string {
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw cannot('json', 'JSON has no infinite numbers and no NaN');
  }
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw badArgument('json', 'value', 'a value', value);
  return escapeRest(text);
}

/**
 * A YAML value on one line: text as a double-quoted scalar, numbers, booleans and null as they are, lists and maps in
 * flow style. Valid in YAML 1.1 and 1.2. Stands behind `name: ` or `- `; short text, also as a name. Not for use inside
 * quotes or block scalars of the template's own.
 */
export function yaml(value: unknown): string {
  const text = json(value);
  refuseLoneSurrogates('yaml', text);
  return text;
}

/**
 * A TOML value: text as a basic string, whole numbers, finite numbers and booleans as they are. Stands behind `name = `,
 * in a list, or as a quoted key. Lists and maps are refused: `toTOML` writes whole documents.
 */
export function toml(value: unknown): string {
  if (typeof value === 'boolean' || Number.isFinite(value)) return String(value);
  if (typeof value !== 'string') {
    throw badArgument('toml', 'value', 'text, a number or a boolean', value);
  }
  const text = json(value);
  refuseLoneSurrogates('toml', text);
  return text;
}

/** What JSON.stringify leaves raw: DEL, the C1 controls, line ends of JavaScript, and what YAML calls not printable. */
function escapeRest(text: string): string {
  return text.replace(
    /[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** JSON may name half of a pair; in YAML and TOML an escape must name a character. JSON.stringify escapes only halves. */
function refuseLoneSurrogates(call: string, json: string): void {
  if (/(?<!\\)(?:\\\\)*\\ud[89a-f]/.test(json)) {
    throw cannot(call, 'the text holds half of a surrogate pair, which is no character');
  }
}
