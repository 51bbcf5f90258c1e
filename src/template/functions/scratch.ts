/** Scratch: a place for values that one part of a template leaves for another; empty at the start of each rendering. */
import { cannot, sortedMap, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';

/** What a template can do with its scratch. What changes it gives empty text, so that a template can print the call. */
export interface Scratch {
  /** Whether there is a value under this name. */
  Key(name: unknown): boolean;
  /** The value under this name; undefined where there is none. */
  Get(name: unknown): unknown;
  /** Keeps a value. */
  Set(name: unknown, value: unknown): '';
  /** Keeps a value unless there is one. */
  SetX(name: unknown, value: unknown): '';
  /** Keeps a value in the map under this name. */
  MapSet(name: unknown, field: unknown, value: unknown): '';
  /** Keeps a value in the map under this name unless it has one. */
  MapSetX(name: unknown, field: unknown, value: unknown): '';
  /** The values of the map under this name, sorted by their names in it. */
  MapValues(name: unknown): readonly unknown[];
}

/**
 * The scratch of this rendering, written without parentheses: `scratch.Set("name", value)`, `scratch.SetX` (only if
 * absent), `scratch.Get("name")`, `scratch.Key("name")` (whether it is there), `scratch.MapSet("name", "field", value)`,
 * `scratch.MapSetX` and `scratch.MapValues("name")` (sorted by field).
 */
export function scratch(scope: FunctionScope): Scratch {
  const kept = scope.scratch;
  const set = (name: string, value: unknown): '' => {
    kept.set(name, value);
    return '';
  };
  const methods: Scratch = {
    Key: (name) => kept.has(takeText('scratch.Key', 'name', name)),
    Get: (name) => {
      const value = kept.get(takeText('scratch.Get', 'name', name));
      return value instanceof Map ? sortedMap(value as Map<string, unknown>) : value;
    },
    Set: (name, value) => set(takeText('scratch.Set', 'name', name), value),
    SetX: (name, value) => {
      const text = takeText('scratch.SetX', 'name', name);
      return kept.has(text) ? '' : set(text, value);
    },
    MapSet: (name, field, value) => {
      const map = mapUnder(kept, 'scratch.MapSet', name);
      map.set(takeText('scratch.MapSet', 'field', field), value);
      return '';
    },
    MapSetX: (name, field, value) => {
      const map = mapUnder(kept, 'scratch.MapSetX', name);
      const text = takeText('scratch.MapSetX', 'field', field);
      if (!map.has(text)) map.set(text, value);
      return '';
    },
    MapValues: (name) => {
      const text = takeText('scratch.MapValues', 'name', name);
      if (!kept.has(text)) return [];
      const fields = [...mapUnder(kept, 'scratch.MapValues', text)];
      return Object.freeze(fields.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, value]) => value));
    },
  };
  return Object.freeze(Object.assign(Object.create(null) as Scratch, methods));
}

function mapUnder(kept: Map<string, unknown>, call: string, name: unknown): Map<string, unknown> {
  const text = takeText(call, 'name', name);
  const found = kept.get(text) ?? new Map<string, unknown>();
  if (!(found instanceof Map)) throw cannot(call, `${JSON.stringify(text)} is not a map`);
  kept.set(text, found);
  return found as Map<string, unknown>;
}
