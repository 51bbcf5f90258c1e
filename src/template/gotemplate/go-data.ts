import { GoMap, GoMethod, GoStruct, type GoRecord, type GoValue } from './values.ts';

/**
 * Turns data from elsewhere (answers of the catalog, results of shared functions) into Go values: a whole number becomes an integer,
 * since what the catalog counts are ports, indexes and flags. What was turned once is kept as long as its original is.
 */
export class GoData {
  readonly #known = new WeakMap<object, GoValue>();

  /** The value for templates; the same object where nothing in it had to be changed. */
  of(value: unknown): GoValue {
    if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
    if (typeof value !== 'object' || value === null) return value as GoValue;
    if (value instanceof GoMap || value instanceof GoStruct || value instanceof GoMethod) {
      return value;
    }
    let known = this.#known.get(value);
    if (known === undefined) {
      known = this.#convert(value);
      this.#known.set(value, known);
    }
    return known;
  }

  #convert(value: object): GoValue {
    if (Array.isArray(value)) {
      const items = value.map((item) => this.of(item));
      return items.every((item, index) => item === value[index])
        ? (value as readonly GoValue[])
        : Object.freeze(items);
    }
    const entries = Object.entries(value).map(([name, item]) => [name, this.of(item)] as const);
    const original = value as Readonly<Record<string, unknown>>;
    if (entries.every(([name, item]) => item === original[name])) return value as GoRecord;
    return Object.freeze(Object.fromEntries(entries));
  }
}
