import { sizeOfData, sizeOfText } from '../data-size.ts';
import { isList } from './inspect.ts';
import { GoMap, GoStruct, type GoValue } from './values.ts';

/**
 * How much work it is to go through values: one for each item and entry in depth, and one for each 64 characters. What a value
 * holds twice counts twice, since whoever prints it goes there twice: a list of itself and itself, again and again, is small in
 * memory and endless in print. What is frozen is measured once; a map that a template may still change, each time.
 */
export class ValueSizes {
  readonly #known = new WeakMap<object, number>();

  of(value: GoValue, changeable = new Map<object, number>()): number {
    if (typeof value === 'string') return sizeOfText(value);
    if (typeof value !== 'object' || value === null) return 1;
    const isFixed = Object.isFrozen(value) || value instanceof GoStruct || value instanceof GoMap;
    const measured = isFixed ? this.#known : changeable;
    const known = measured.get(value);
    if (known !== undefined) return known;
    const original = value instanceof GoStruct ? value.original : undefined;
    if (original !== undefined) {
      const size = sizeOfData(original);
      measured.set(value, size);
      return size;
    }
    // What holds itself ends here.
    measured.set(value, 1);
    let size = 1;
    for (const item of heldBy(value)) size += this.of(item, changeable);
    measured.set(value, size);
    return size;
  }
}

function heldBy(value: object): Iterable<GoValue> {
  if (isList(value as GoValue)) return value as readonly GoValue[];
  if (value instanceof GoMap) return value.entries.values();
  if (value instanceof GoStruct) return value.fields().map(([, field]) => field);
  return Object.values(value as Readonly<Record<string, GoValue>>);
}
