/** Text read as data, and data written as text. What is read is frozen; maps are sorted by name. */
import { freezeValue } from '../../catalog/values.ts';
import { badArgument, cannot, isMap, sortedMap, takeMap, takeText } from './arguments.ts';
import { tomlPackage, yamlPackage } from './packages.ts';

/** `1`, `t`, `true` and `0`, `f`, `false` (also `True`, `TRUE`, …) as a boolean. Empty text is false. */
export function parseBool(text: unknown): boolean {
  const value = takeText('parseBool', 'text', text);
  if (/^(?:1|t|T|true|TRUE|True)$/.test(value)) return true;
  if (/^(?:|0|f|F|false|FALSE|False)$/.test(value)) return false;
  throw cannot('parseBool', 'the text is neither true nor false');
}

/** A decimal number. Empty text is 0. */
export function parseFloat(text: unknown): number {
  const value = takeText('parseFloat', 'text', text);
  if (value === '') return 0;
  const number = Number(value);
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(value) || !Number.isFinite(number)) {
    throw cannot('parseFloat', 'the text is not a decimal number');
  }
  return number;
}

/** A whole number. Empty text is 0; a number beyond ±2⁵³ is an error, since it would be changed. */
export function parseInt(text: unknown): number {
  return wholeNumber('parseInt', text, /^[+-]?\d+$/);
}

/** A whole number without a sign. Empty text is 0. */
export function parseUint(text: unknown): number {
  return wholeNumber('parseUint', text, /^\d+$/);
}

/** JSON as data. Empty text is an empty map. */
export function parseJSON(text: unknown): unknown {
  const value = takeText('parseJSON', 'text', text);
  if (value === '') return sortedMap([]);
  let parsed: unknown;
  try {
    parsed = JSON.parse(value);
  } catch (error) {
    // The message quotes the text, which may be a secret: only the place is taken from it.
    const position = /at position (\d+)/.exec(String(error))?.[1];
    throw cannot('parseJSON', `the text is not JSON${placeOf(value, position)}`);
  }
  return freezeValue(sorted(parsed));
}

/** YAML 1.2, one document, as data; `<<` merges. Empty text is an empty map. */
export function parseYAML(text: unknown): unknown {
  return readYaml(text, { integersApart: false });
}

/** How numbers are, for a language that tells integers from floats. */
export interface NumberKinds {
  /** Integers are bigints, and every number is a float. */
  readonly integersApart: boolean;
}

/** Reads YAML for `parseYAML`. */
export function readYaml(text: unknown, { integersApart }: NumberKinds): unknown {
  const value = takeText('parseYAML', 'text', text);
  if (value.trim() === '') return sortedMap([]);
  const { parse } = yamlPackage();
  try {
    return freezeValue(
      sorted(parse(value, { merge: true, logLevel: 'error', intAsBigInt: integersApart })),
    );
  } catch (error) {
    // Only the place, for the message quotes the text. An alias inside its own anchor ends here too, as a RangeError.
    const line = (error as { linePos?: readonly { line: number; col: number }[] }).linePos?.[0];
    const place = line === undefined ? '' : ` (line ${line.line}, column ${line.col})`;
    throw cannot('parseYAML', `the text is not one YAML document${place}`);
  }
}

/** A value as JSON on one line, with `<`, `>` and `&` written as `\u003c` and so on, as Go does. */
export function toJSON(value: unknown): string {
  return escapeHtml(stringify('toJSON', value));
}

/** Like `toJSON`, over several lines, indented by two spaces. */
export function toJSONPretty(value: unknown): string {
  return escapeHtml(stringify('toJSONPretty', value, 2));
}

/** A value as JSON on one line, with `<`, `>` and `&` as they are. */
export function toUnescapedJSON(value: unknown): string {
  return stringify('toUnescapedJSON', value);
}

/** Like `toUnescapedJSON`, over several lines, indented by two spaces. */
export function toUnescapedJSONPretty(value: unknown): string {
  return stringify('toUnescapedJSONPretty', value, 2);
}

/**
 * A value as a YAML document without its last line end, maps sorted by name. Text that YAML 1.1 or 1.2 would read as
 * something else (`no`, `0644`, `1e3`) is quoted.
 */
export function toYAML(value: unknown): string {
  if (value === undefined) throw badArgument('toYAML', 'value', 'a value', value);
  const yaml = yamlPackage();
  try {
    return writeYaml(yaml, value);
  } catch {
    throw cannot('toYAML', 'the value holds what YAML cannot say');
  }
}

/** A map as a TOML document without its last line end. */
export function toTOML(map: unknown): string {
  return writeToml(map, { integersApart: false });
}

/** Writes TOML for `toTOML`. */
export function writeToml(map: unknown, { integersApart }: NumberKinds): string {
  const value = takeMap('toTOML', 'map', map);
  const toml = tomlPackage();
  try {
    return toml
      .stringify(value, { numbersAsFloat: integersApart })
      .trim()
      .replaceAll('\x7f', '\\u007f');
  } catch {
    throw cannot(
      'toTOML',
      'the map holds what TOML cannot say',
      'lists must not hold null, and whole numbers end at 64 bits',
    );
  }
}

/** Characters that YAML 1.1 takes for line ends, or that one of the two YAMLs does not allow raw. */
const NEVER_RAW = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/;

function writeYaml(
  { Document, Scalar, visit }: ReturnType<typeof yamlPackage>,
  value: unknown,
): string {
  const document = new Document(value, {
    aliasDuplicateObjects: false,
    compat: 'yaml-1.1',
    sortMapEntries: true,
  });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value !== 'string') return;
      const needsIndicator = typeof value === 'string' && /^\s[^]*\n|^\n/.test(value);
      if (NEVER_RAW.test(node.value) || needsIndicator) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString({ lineWidth: 0, indentSeq: false }).replace(/\n$/, '');
  // Text alone is printed behind a name, as a rule: its lines must not pass for names of the document around it.
  const block = /^[|>][^]*\n[^\n ]/.test(text) ? text.replace(/\n(?=[^\n])/g, '\n  ') : text;
  // Such characters stand in double quotes now, where an escape means the same.
  return block.replace(new RegExp(NEVER_RAW, 'g'), unicodeEscape);
}

function unicodeEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

function wholeNumber(call: string, text: unknown, syntax: RegExp): number {
  const value = takeText(call, 'text', text);
  if (value === '') return 0;
  if (!syntax.test(value)) throw cannot(call, 'the text is not a whole number');
  const number = Number(value);
  if (!Number.isSafeInteger(number))
    throw cannot(call, 'the number is too large to be held exactly');
  return number + 0;
}

function placeOf(text: string, position: string | undefined): string {
  if (position === undefined) return '';
  const lines = text.slice(0, Number(position)).split('\n');
  return ` (line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1})`;
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isMap(value)) return value;
  return sortedMap(Object.entries(value).map(([name, item]) => [name, sorted(item)] as const));
}

function stringify(call: string, value: unknown, indent?: number): string {
  const text = JSON.stringify(value, undefined, indent) as string | undefined;
  if (text === undefined) throw badArgument(call, 'value', 'a value', value);
  // Line ends of JavaScript that JSON lets stand: Go escapes them as well.
  return text.replace(/[\u2028\u2029]/g, unicodeEscape);
}

function escapeHtml(json: string): string {
  return json.replace(/[<>&]/g, unicodeEscape);
}
