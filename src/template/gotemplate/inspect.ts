/** What the language asks of a value: its kind, its type, its truth, its entries and their order. */
import {
  GoList,
  GoMap,
  GoMethod,
  GoStruct,
  type GoKey,
  type GoRecord,
  type GoValue,
} from './values.ts';

/** Whether the value is a map. */
export function isMap(value: GoValue): value is GoMap | GoRecord {
  return value instanceof GoMap || isRecord(value);
}

/** Whether the value is a list. */
export function isList(value: GoValue): value is readonly GoValue[] {
  return Array.isArray(value);
}

function isRecord(value: GoValue): value is GoRecord {
  if (typeof value !== 'object' || value === null || isList(value)) return false;
  return !(value instanceof GoMap || value instanceof GoStruct || value instanceof GoMethod);
}

/** The entry of a map, and whether it is there. */
export function entryOf(
  map: GoMap | GoRecord,
  key: GoKey,
): { readonly found: boolean; readonly value: GoValue } {
  if (map instanceof GoMap) {
    return map.entries.has(key)
      ? { found: true, value: map.entries.get(key) }
      : { found: false, value: map.zero };
  }
  if (typeof key !== 'string' || !Object.hasOwn(map, key))
    return { found: false, value: undefined };
  // JavaScript's undefined is no entry in Go.
  return { found: map[key] !== undefined, value: map[key] };
}

/** The entries of a map in the order of its keys, as Go's templates and `fmt` have it. */
export function sortedEntries(map: GoMap | GoRecord): readonly (readonly [GoKey, GoValue])[] {
  const entries: (readonly [GoKey, GoValue])[] =
    map instanceof GoMap
      ? [...map.entries]
      : Object.entries(map).filter(([, value]) => value !== undefined);
  return entries.sort(([first], [second]) => compareKeys(first, second));
}

/** How many entries a map has. */
export function sizeOf(map: GoMap | GoRecord): number {
  if (map instanceof GoMap) return map.entries.size;
  return Object.values(map).filter((value) => value !== undefined).length;
}

/** Whether the value counts as true: not false, zero, empty or nil. */
export function isTrue(value: GoValue): boolean {
  if (isList(value)) return value.length > 0;
  if (isMap(value)) return sizeOf(value) > 0;
  if (typeof value === 'number') return value !== 0;
  return Boolean(value);
}

/** What Go calls the type of a value. Lists and maps without a type of their own are told by what they hold. */
export function typeName(value: GoValue): string {
  if (value === undefined || value === null) return '<nil>';
  if (value instanceof GoList) return value.typeName;
  if (isList(value)) return `[]${elementType(value)}`;
  if (value instanceof GoMap || value instanceof GoStruct) return value.typeName;
  if (value instanceof GoMethod) return 'func';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'bigint') return 'int';
  return typeof value === 'number' ? 'float64' : 'map[string]interface {}';
}

const ANYTHING = 'interface {}';

function elementType(list: readonly GoValue[]): string {
  const [first] = list;
  if (first instanceof GoStruct) {
    const same = list.every((item) => item instanceof GoStruct && item.typeName === first.typeName);
    return same ? first.typeName : ANYTHING;
  }
  if (first === undefined || first === null || typeof first === 'object') return ANYTHING;
  return list.every((item) => typeof item === typeof first) ? typeName(first) : ANYTHING;
}

function compareKeys(first: GoKey, second: GoKey): number {
  if (typeof first === 'bigint' && typeof second === 'bigint') {
    return first === second ? 0 : first < second ? -1 : 1;
  }
  return compareBytes(String(first), String(second));
}

/** Orders texts by their UTF-8 bytes, as Go does. Code units agree with that but for surrogates. */
export function compareBytes(first: string, second: string): number {
  if (first === second) return 0;
  if (!/[\ud800-\udfff]/.test(first + second)) return first < second ? -1 : 1;
  return Buffer.compare(Buffer.from(first), Buffer.from(second));
}
