import { INSTANCE, KEY_PAIR, RESULT_TYPES, type GoType } from '../gotemplate/go-types.ts';

/**
 * What is known of a value before it is there: enough to tell how it is printed, tested and looped over in the other language.
 * `scalar` is a text, a whole number or a boolean; `nothing` is no value at all; of `unknown` it cannot be told.
 */
export type Shape =
  | { readonly kind: 'text' | 'number' | 'truth' | 'scalar' | 'nothing' | 'unknown' }
  /** `called`: what one of its items is called in a loop. */
  | { readonly kind: 'list'; readonly of: Shape; readonly called?: string }
  /** `texts`: a missing entry is an empty text. */
  | { readonly kind: 'map'; readonly of: Shape; readonly texts: boolean }
  | { readonly kind: 'struct'; readonly fields: Readonly<Record<string, Shape>> };

/** Whatever it is. */
export const UNKNOWN: Shape = { kind: 'unknown' };
/** No value. */
export const NOTHING: Shape = { kind: 'nothing' };
/** Text. */
export const TEXT: Shape = { kind: 'text' };
/** A whole number. */
export const NUMBER: Shape = { kind: 'number' };
/** True or false. */
export const TRUTH: Shape = { kind: 'truth' };

const instances: Shape = { ...shapeOf({ listOf: INSTANCE }), called: 'instance' } as Shape;
const pairs: Shape = { ...shapeOf({ listOf: KEY_PAIR }), called: 'pair' } as Shape;
const grouped: Shape = { kind: 'map', of: instances, texts: false };
const anyMap: Shape = { kind: 'map', of: UNKNOWN, texts: false };
const texts: Shape = { kind: 'list', of: TEXT };

/** What functions give; one that is not named gives something unknown. */
const RESULTS: Readonly<Record<string, Shape>> = {
  ...Object.fromEntries(Object.entries(RESULT_TYPES).map(([name, type]) => [name, shapeOf(type)])),
  ...named(instances, 'service', 'connect', 'reachable'),
  ...named(pairs, 'ls', 'safeLs', 'tree', 'safeTree'),
  ...named(grouped, 'byTag', 'byMeta'),
  ...named(anyMap, 'explode', 'explodeMap', 'mergeMap', 'mergeMapWithOverride'),
  ...named({ kind: 'map', of: TEXT, texts: true }, 'splitToMap'),
  ...named(texts, 'split', 'datacenters'),
  ...named({ kind: 'list', of: NUMBER }, 'loop'),
  ...named(
    TRUTH,
    'isHost',
    'keyExists',
    'parseBool',
    'regexMatch',
    'in',
    'contains',
    'containsAll',
  ),
  ...named(TRUTH, 'containsAny', 'containsNone', 'containsNotAll', 'nomadVarExists'),
  ...named(NUMBER, 'parseInt', 'parseUint'),
  ...named(TEXT, 'key', 'keyOrDefault', 'file', 'env', 'mustEnv', 'envOrDefault', 'timestamp'),
  ...named(TEXT, 'join', 'replaceAll', 'regexReplaceAll', 'indent', 'trim', 'trimSpace'),
  ...named(TEXT, 'trimPrefix', 'trimSuffix', 'toLower', 'toUpper', 'toTitle', 'toJSON'),
  ...named(TEXT, 'toJSONPretty', 'toUnescapedJSON', 'toUnescapedJSONPretty', 'toYAML', 'toTOML'),
  ...named(TEXT, 'base64Encode', 'base64Decode', 'base64URLEncode', 'base64URLDecode'),
  ...named(TEXT, 'sha256Hex', 'md5sum', 'hmacSHA256Hex', 'sockaddr', 'plugin', 'writeToFile'),
  ...named(TEXT, 'nginx', 'haproxy', 'shell', 'ini', 'systemd', 'systemdExec', 'json', 'yaml'),
  ...named(TEXT, 'toml', 'host', 'port', 'hostPort', 'ident'),
};

/** What these give is a whole number where all that they are given is. */
const ARITHMETIC: ReadonlySet<string> = new Set([
  ...['add', 'subtract', 'multiply', 'divide', 'modulo', 'minimum', 'maximum'],
]);

/** What a function gives for values of these shapes. */
export function resultOf(name: string, given: readonly Shape[]): Shape {
  if (ARITHMETIC.has(name)) return given.every(({ kind }) => kind === 'number') ? NUMBER : UNKNOWN;
  return Object.hasOwn(RESULTS, name) ? (RESULTS[name] ?? UNKNOWN) : UNKNOWN;
}

/** What a member of a value is. */
export function memberShape(shape: Shape, name: string): Shape {
  if (shape.kind === 'map') return shape.of;
  // What a struct of the catalog holds beside lists and maps are texts, numbers and booleans.
  if (shape.kind === 'struct') return shape.fields[name] ?? { kind: 'scalar' };
  return UNKNOWN;
}

/** What one item of a value is. */
export function itemShape(shape: Shape): Shape {
  if (shape.kind === 'list' || shape.kind === 'map') return shape.of;
  return shape.kind === 'number' ? NUMBER : UNKNOWN;
}

/** Whether both languages print it alike, and take it for true alike. */
export function isScalar({ kind }: Shape): boolean {
  return kind === 'text' || kind === 'number' || kind === 'truth' || kind === 'scalar';
}

function shapeOf(type: GoType): Shape {
  if (type === 'data') return UNKNOWN;
  if (type === 'texts') return { kind: 'map', of: TEXT, texts: true };
  if ('listOf' in type) return { kind: 'list', of: shapeOf(type.listOf) };
  if ('mapOf' in type) return { kind: 'map', of: shapeOf(type.mapOf), texts: false };
  if ('list' in type) return { kind: 'list', of: TEXT };
  const fields = Object.entries(type.fields).map(([name, field]) => [name, shapeOf(field)]);
  return { kind: 'struct', fields: Object.fromEntries(fields) as Record<string, Shape> };
}

function named(shape: Shape, ...names: readonly string[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(names.map((name) => [name, shape]));
}
