/** Maps. `set`, `unset` and the merging functions change the map that they are given, and give it. */
import { cannot } from '../functions/arguments.ts';
import { derived, variadic } from '../gotemplate/functions.ts';
import { isMap } from '../gotemplate/inspect.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import {
  dictOf,
  entriesOf,
  takeDict,
  takeGoText,
  takeOwnDict,
  toText,
  type Dict,
} from './arguments.ts';
import { isEmpty } from './defaults.ts';
import { moved, withMust } from './lists.ts';

/** Sprig's functions for maps. */
export const DICTS: Readonly<Record<string, GoFunction>> = {
  dict: moved(variadic(0, dict)),
  get: moved(
    derived((map, name) => {
      const key = takeGoText('get', 'name', name);
      const found = takeDict('get', 'map', map);
      return Object.hasOwn(found, key) ? found[key] : '';
    }),
  ),
  set: moved(
    derived((map, name, value) => {
      const changed = takeOwnDict('set', 'map', map);
      changed[takeGoText('set', 'name', name)] = value;
      return changed;
    }),
  ),
  unset: moved(
    derived((map, name) => {
      const changed = takeOwnDict('unset', 'map', map);
      delete changed[takeGoText('unset', 'name', name)];
      return changed;
    }),
  ),
  hasKey: derived((map, name) =>
    Object.hasOwn(takeDict('hasKey', 'map', map), takeGoText('hasKey', 'name', name)),
  ),
  pluck: moved(
    variadic(1, ([name, ...maps]) => {
      const key = takeGoText('pluck', 'name', name);
      return maps
        .map((map) => takeDict('pluck', 'each map', map))
        .filter((map) => Object.hasOwn(map, key))
        .map((map) => map[key]);
    }),
  ),
  keys: moved(
    variadic(0, (maps) =>
      maps.flatMap((map) => entriesOf(takeDict('keys', 'map', map)).map(([name]) => name)),
    ),
  ),
  values: moved(
    derived((map) => entriesOf(takeDict('values', 'map', map)).map(([, value]) => value)),
  ),
  pick: moved(variadic(1, ([map, ...names]) => pickFrom('pick', map, names, true))),
  omit: moved(variadic(1, ([map, ...names]) => pickFrom('omit', map, names, false))),
  ...withMust('merge', (call) => moved(variadic(1, (maps) => mergeAll(call, maps, keep)))),
  ...withMust('mergeOverwrite', (call) =>
    moved(variadic(1, (maps) => mergeAll(call, maps, replace))),
  ),
  dig: moved(variadic(3, dig)),
};

function dict(values: readonly GoValue[]): GoValue {
  const entries: (readonly [string, GoValue])[] = [];
  for (let at = 0; at < values.length; at += 2) {
    entries.push([toText(values[at]), at + 1 < values.length ? values[at + 1] : '']);
  }
  return dictOf(entries);
}

function pickFrom(call: string, map: GoValue, names: readonly GoValue[], wanted: boolean): GoValue {
  const known = new Set(names.map((name) => takeGoText(call, 'each name', name)));
  return dictOf(
    entriesOf(takeDict(call, 'map', map)).filter(([name]) => known.has(name) === wanted),
  );
}

type Choice = (present: GoValue, other: GoValue) => boolean;

/** Whether the other value takes the place of the one that is there. */
const keep: Choice = (present) => isEmpty(present);
const replace: Choice = (_present, other) => !isEmpty(other);

/** The first map, changed, or a copy of it where it cannot be. */
function mergeAll(call: string, [first, ...others]: readonly GoValue[], takes: Choice): GoValue {
  const given = takeDict(call, 'each map', first);
  const target = given !== first || Object.isFrozen(given) ? dictOf(entriesOf(given)) : given;
  for (const other of others) {
    mergeInto(target, takeDict(call, 'each map', other), takes);
  }
  return target;
}

function mergeInto(target: Dict, other: Readonly<Dict>, takes: Choice): void {
  for (const [name, value] of entriesOf(other)) {
    const present = target[name];
    if (isMap(present) && isMap(value)) {
      const inner = dictOf(entriesOf(takeDict('merge', 'map', present)));
      mergeInto(inner, takeDict('merge', 'map', value), takes);
      target[name] = inner;
    } else if (takes(present, value)) {
      target[name] = value;
    }
  }
}

/** `dig "a" "b" DEFAULT MAP`: what lies at a path, or the default where a name on it is missing. */
function dig(values: readonly GoValue[]): GoValue {
  const map = values.at(-1);
  const fallback = values.at(-2);
  let found: GoValue = map;
  for (const name of values.slice(0, -2)) {
    const key = takeGoText('dig', 'each name', name);
    if (!isMap(found)) throw cannot('dig', `there is no map above ${JSON.stringify(key)}`);
    const inner = takeDict('dig', 'map', found);
    if (!Object.hasOwn(inner, key)) return fallback;
    found = inner[key];
  }
  return found;
}
