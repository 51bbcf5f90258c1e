/** Lists and maps: grouped, nested, merged and searched. Maps that these return are sorted by name. */
import type { KeyPair } from '../../catalog/values.ts';
import {
  cannot,
  isMap,
  sortedMap,
  takeList,
  takeMap,
  takePrintable,
  takeRows,
  takeText,
  type PlainMap,
} from './arguments.ts';

type Groups = Readonly<Record<string, readonly unknown[]>>;

/** Instances, or services, by tag: a map from each tag to those that carry it. */
export function byTag(instances: unknown): Groups {
  const rows = takeRows('byTag', 'instances', instances, 'Tags');
  return grouped(
    rows.flatMap((row) =>
      takeList('byTag', 'Tags', row.Tags).map((tag) => [String(tag), row] as const),
    ),
  );
}

/** Instances by port: a map from each port to those that listen there. */
export function byPort(instances: unknown): Groups {
  const rows = takeRows('byPort', 'instances', instances, 'Port');
  return grouped(rows.map((row) => [String(row.Port), row] as const));
}

/**
 * Instances by their service meta. `names` is a list such as `env,shard|int`; the name of a group is made of the values,
 * joined by `_`, with every character outside `A-Z a-z 0-9 _ -` turned into `_`. An absent value reads `_no_NAME_`; one
 * marked `|int` is written with five digits, and 0 where it is absent.
 */
export function byMeta(names: unknown, instances: unknown): Groups {
  const parts = takeText('byMeta', 'names', names)
    .split(',')
    .map((part) => metaPart(part.trim()));
  const rows = takeRows('byMeta', 'instances', instances, 'ServiceMeta');
  return grouped(
    rows.map((row) => {
      const meta = takeMap('byMeta', 'ServiceMeta', row.ServiceMeta);
      return [parts.map((part) => part(meta)).join('_'), row] as const;
    }),
  );
}

/**
 * Pairs of `tree` in two levels: a map from the first part of each key to a map from its rest to the pair, whose `Key`
 * is that rest. Keys with one part alone are left out.
 */
export function byKey(pairs: unknown): Readonly<Record<string, Readonly<Record<string, unknown>>>> {
  const groups = new Map<string, [string, KeyPair][]>();
  for (const pair of takePairs('byKey', pairs)) {
    const slash = pair.Key.indexOf('/');
    const rest = pair.Key.slice(slash + 1);
    if (slash === -1 || rest === '') continue;
    const top = pair.Key.slice(0, slash);
    const group = groups.get(top) ?? [];
    group.push([rest, Object.freeze(Object.assign(bare(), pair, { Key: rest }))]);
    groups.set(top, group);
  }
  return sortedMap([...groups].map(([top, group]) => [top, sortedMap(group)] as const));
}

/** Pairs of `tree` or `ls` as nested maps of their values, a level for each `/`. */
export function explode(pairs: unknown): PlainMap {
  return nest(
    'explode',
    takePairs('explode', pairs).map((pair) => [pair.Key, pair.Value] as const),
  );
}

/** A map whose names hold `/` as nested maps, a level for each. */
export function explodeMap(map: unknown): PlainMap {
  return nest('explodeMap', Object.entries(takeMap('explodeMap', 'map', map)));
}

/** Two maps in one, in depth. What `base` has stays; `map` adds what it lacks. */
export function mergeMap(base: unknown, map: unknown): PlainMap {
  return merge(takeMap('mergeMap', 'map', map), takeMap('mergeMap', 'base', base));
}

/** Two maps in one, in depth. What `map` has replaces what `base` has. */
export function mergeMapWithOverride(base: unknown, map: unknown): PlainMap {
  const call = 'mergeMapWithOverride';
  return merge(takeMap(call, 'base', base), takeMap(call, 'map', map));
}

/** Whether `list` holds `value`; where `list` is text, whether `value` is part of it. */
export function contains(value: unknown, list: unknown): boolean {
  return holds('contains', list, value);
}

/** Whether `list` holds every one of `values`; true for no values at all. */
export function containsAll(values: unknown, list: unknown): boolean {
  return wanted('containsAll', values).every((value) => holds('containsAll', list, value));
}

/** Whether `list` holds at least one of `values`. */
export function containsAny(values: unknown, list: unknown): boolean {
  return wanted('containsAny', values).some((value) => holds('containsAny', list, value));
}

/** Whether `list` holds none of `values`. */
export function containsNone(values: unknown, list: unknown): boolean {
  return !wanted('containsNone', values).some((value) => holds('containsNone', list, value));
}

/** Whether `list` lacks at least one of `values`. */
export function containsNotAll(values: unknown, list: unknown): boolean {
  return !wanted('containsNotAll', values).every((value) => holds('containsNotAll', list, value));
}

/** Like `contains`, with the list first: whether `list` holds `value`. */
export function isIn(list: unknown, value: unknown): boolean {
  return holds('in', list, value);
}

function wanted(call: string, values: unknown): readonly unknown[] {
  return takeList(call, 'values', values);
}

function holds(call: string, list: unknown, value: unknown): boolean {
  if (typeof list === 'string') return list.includes(takeText(call, 'value', value));
  return takeList(call, 'list', list).includes(value);
}

function grouped(entries: readonly (readonly [string, unknown])[]): Groups {
  const groups = new Map<string, unknown[]>();
  for (const [name, item] of entries) {
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return sortedMap([...groups].map(([name, items]) => [name, Object.freeze(items)] as const));
}

function metaPart(part: string): (meta: PlainMap) => string {
  const [name = '', type] = part.split('|');
  if (name === '') throw cannot('byMeta', 'names has an empty name in its list');
  if (type !== undefined && type !== 'int') {
    throw cannot('byMeta', 'names has an unknown type behind "|"', 'the only type is int');
  }
  return (meta) => {
    const value = takePrintable('byMeta', `meta ${name}`, meta[name] ?? '');
    if (type === undefined) {
      return (value === '' ? `_no_${name}_` : value).replace(/[^A-Za-z0-9_-]/gu, '_');
    }
    const digits = /^([+-]?)(\d+)$/.exec(value === '' ? '0' : value);
    if (digits === null) throw cannot('byMeta', `a value of meta ${name} is not a whole number`);
    const sign = digits[1] === '-' ? '-' : '';
    return sign + (digits[2] ?? '').replace(/^0+(?=\d)/, '').padStart(5 - sign.length, '0');
  };
}

function takePairs(call: string, pairs: unknown): readonly KeyPair[] {
  return takeRows(call, 'pairs', pairs, 'Key') as readonly unknown[] as readonly KeyPair[];
}

type Branch = Map<string, unknown>;

function nest(call: string, entries: readonly (readonly [string, unknown])[]): PlainMap {
  const root: Branch = new Map();
  for (const [path, value] of entries) {
    const parts = path.split('/');
    const leaf = parts.pop() ?? '';
    if (leaf === '') continue;
    let branch = root;
    for (const part of parts) {
      const next = branch.get(part) ?? new Map<string, unknown>();
      if (!(next instanceof Map)) throw conflict(call);
      branch.set(part, next);
      branch = next as Branch;
    }
    if (branch.get(leaf) instanceof Map) throw conflict(call);
    branch.set(leaf, value);
  }
  return unfold(root);
}

function conflict(call: string): Error {
  return cannot(call, 'a key is both a value and the beginning of other keys');
}

function unfold(branch: Branch): PlainMap {
  return sortedMap(
    [...branch].map(
      ([name, value]) => [name, value instanceof Map ? unfold(value as Branch) : value] as const,
    ),
  );
}

function merge(under: PlainMap, over: PlainMap): PlainMap {
  const merged = new Map(Object.entries(under));
  for (const [name, value] of Object.entries(over)) {
    const below = merged.get(name);
    merged.set(name, isMap(value) && isMap(below) ? merge(below, value) : value);
  }
  return sortedMap(merged);
}

function bare(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}
