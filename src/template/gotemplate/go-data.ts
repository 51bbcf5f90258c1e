import type { GoType, StructType } from './go-types.ts';
import { isList, sortedEntries } from './inspect.ts';
import {
  GoList,
  GoMap,
  GoMethod,
  GoStruct,
  textMap,
  type FieldTurn,
  type GoRecord,
  type GoValue,
} from './values.ts';

/**
 * The border between Go's values and the data of everybody else: answers of the catalog, and what shared functions take and give.
 * A whole number that comes in becomes an integer, since what the catalog counts are ports, indexes and flags; a thing of a known
 * type becomes a struct. What was turned once is kept as long as its original is, and is turned back into that very original.
 */
export class GoData {
  readonly #known = new WeakMap<object, GoValue>();
  readonly #originals = new WeakMap<object, object>();
  readonly #expected = new WeakSet<object>();
  readonly #turns = new Map<GoType, FieldTurn>();

  /** The value for templates; the same object where nothing in it had to be changed. */
  of(value: unknown, type: GoType = 'data'): GoValue {
    if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
    if (typeof value !== 'object' || value === null) return value as GoValue;
    return this.#turned(value, () => this.#convert(value, type));
  }

  /** Like {@link of} for what a function made of a template's own values: its numbers are what they are. */
  back(value: unknown): GoValue {
    if (typeof value !== 'object' || value === null) return value as GoValue;
    return this.#turned(value, () => this.#rebuild(value, (item) => this.back(item)));
  }

  /** The data behind a value: structs and typed maps are plain maps. Integers stay apart from floats. */
  plain(value: GoValue): unknown {
    if (typeof value !== 'object' || value === null || value instanceof GoMethod) return value;
    const original = value instanceof GoStruct ? value.original : this.#originals.get(value);
    if (original !== undefined) {
      this.#expect(value, original);
      return original;
    }
    if (isList(value)) return eachItem(value, (item) => this.plain(item));
    if (value instanceof GoStruct) return this.#record(value.fields());
    if (value instanceof GoMap) return this.#record(sortedEntries(value));
    return eachEntry(value, (item) => this.plain(item as GoValue));
  }

  #record(entries: readonly (readonly [unknown, GoValue])[]): object {
    return toMap(entries.map(([name, item]) => [String(name), this.plain(item)]));
  }

  /**
   * Remembers the structs in a value whose original goes out: a function may give some of what it holds back, and that is to be
   * what it was. Only here, since a reference for each of a thousand instances is more work than rendering them.
   */
  #expect(value: GoValue, original: unknown): void {
    if (typeof original !== 'object' || original === null || value === original) return;
    if (typeof value !== 'object' || value === null || this.#expected.has(value)) return;
    this.#expected.add(value);
    if (value instanceof GoStruct) {
      this.#known.set(original, value);
    } else if (!isGoOwn(value)) {
      const held = original as Readonly<Record<string, unknown>>;
      for (const [name, item] of Object.entries<GoValue>(value as GoRecord)) {
        this.#expect(item, held[name]);
      }
    }
  }

  #turned(value: object, convert: () => GoValue): GoValue {
    if (isGoOwn(value)) return value;
    let known = this.#known.get(value);
    if (known === undefined) {
      known = convert();
      this.#known.set(value, known);
      const isStruct = known instanceof GoStruct;
      if (typeof known === 'object' && known !== null && known !== value && !isStruct) {
        this.#originals.set(known, value);
      }
    }
    return known;
  }

  #convert(value: object, type: GoType): GoValue {
    if (type === 'texts') return textMap(value as Readonly<Record<string, string>>);
    if (type === 'data') return this.#rebuild(value, (item) => this.#part(item, 'data'));
    if ('listOf' in type) return this.#rebuild(value, (item) => this.#part(item, type.listOf));
    if ('mapOf' in type) return this.#rebuild(value, (item) => this.#part(item, type.mapOf));
    if ('list' in type) {
      return Object.freeze(new GoList(type.list, value as readonly GoValue[], type.methods));
    }
    const held = value as Readonly<Record<string, unknown>>;
    return new GoStruct(type.struct, held, undefined, this.#turnOf(type));
  }

  /** One for each type: a thousand structs share it. */
  #turnOf(type: StructType): FieldTurn {
    const known = this.#turns.get(type);
    if (known !== undefined) return known;
    const turn: FieldTurn = (name, field) => this.#part(field, type.fields[name] ?? 'data');
    this.#turns.set(type, turn);
    return turn;
  }

  /** A part of something, which remembers it. */
  #part(value: unknown, type: GoType): GoValue {
    if (typeof value !== 'object' || value === null) return this.of(value, type);
    return isGoOwn(value) ? value : (this.#known.get(value) ?? this.#convert(value, type));
  }

  #rebuild(value: object, convert: (item: unknown) => GoValue): GoValue {
    if (Array.isArray(value)) return eachItem(value, convert) as readonly GoValue[];
    return eachEntry(value, convert) as GoRecord;
  }
}

function isGoOwn(value: object): value is GoMap | GoStruct | GoMethod | GoList {
  return (
    value instanceof GoMap ||
    value instanceof GoStruct ||
    value instanceof GoMethod ||
    value instanceof GoList
  );
}

/** The list with every item converted; the same one where none is another then. */
function eachItem(list: readonly unknown[], convert: (item: never) => unknown): object {
  const items = list.map((item) => convert(item as never));
  return items.every((item, at) => item === list[at]) ? list : Object.freeze(items);
}

/** The map with every value converted; the same one where none is another then. */
function eachEntry(map: object, convert: (item: unknown) => unknown): object {
  const entries = Object.entries(map).map(([name, item]) => [name, convert(item)] as const);
  const original = map as Readonly<Record<string, unknown>>;
  return entries.every(([name, item]) => item === original[name]) ? map : toMap(entries);
}

function toMap(entries: readonly (readonly [string, unknown])[]): object {
  const map = Object.create(null) as Record<string, unknown>;
  for (const [name, item] of entries) map[name] = item;
  return Object.freeze(map);
}
