import { sizeOfData } from '../data-size.ts';
import type { Reading } from '../engine.ts';
import type { Part } from './part.ts';

/** All of it is read, and the order of names in maps as well: whoever goes through a map prints it. */
export const WHOLE: Reading = { isSame: isSameWhole };

/** The readings of one engine: those of the same parts are the same, so that a thousand templates of a kind are compared once. */
export class Readings {
  readonly #known = new Map<string, Reading>();

  of(part: Part | undefined): Reading {
    if (part === undefined || part.isWhole) return WHOLE;
    const words = describe(part);
    const reading = this.#known.get(words) ?? new ReadParts(part);
    this.#known.set(words, reading);
    return reading;
  }
}

type PlainMap = Readonly<Record<string, unknown>>;

/** Compares what is read of plain data, and the order of its lists. What is of another kind than it was (nothing, a list, a map) is not the same. */
class ReadParts implements Reading {
  readonly #isCounted: boolean;
  readonly #isMeasured: boolean;
  readonly #items: Reading | undefined;
  readonly #members: readonly (readonly [string, Reading])[];
  /** Whether a member is read that a list has besides its items: a method of it may see all. */
  readonly #seesLists: boolean;

  constructor(part: Part) {
    this.#isCounted = part.isCounted;
    this.#isMeasured = part.isMeasured;
    this.#items = part.items === undefined ? undefined : readingOf(part.items);
    this.#members = [...part.members].map(([name, member]) => [name, readingOf(member)] as const);
    this.#seesLists = [...part.members.keys()].some((name) => name !== 'length');
  }

  isSame(one: unknown, other: unknown): boolean {
    if (one === other) return true;
    if (typeof one !== 'object' || one === null) return Object.is(one, other);
    if (typeof other !== 'object' || other === null) return false;
    // What was no more work before is none now: a limit that was kept is kept.
    if (this.#isMeasured && sizeOfData(other) > sizeOfData(one)) return false;
    if (Array.isArray(one)) return Array.isArray(other) && this.#isSameList(one, other);
    return !Array.isArray(other) && this.#isSameMap(one as PlainMap, other as PlainMap);
  }

  #isSameList(one: readonly unknown[], other: readonly unknown[]): boolean {
    if (one.length !== other.length) return false;
    if (this.#seesLists) return isSameWhole(one, other);
    const items = this.#items;
    if (items === undefined) return true;
    for (let at = 0; at < one.length; at += 1) if (!items.isSame(one[at], other[at])) return false;
    return true;
  }

  #isSameMap(one: PlainMap, other: PlainMap): boolean {
    // Whoever goes through a map sees its names as well.
    if (this.#items !== undefined) return isSameWhole(one, other);
    if (this.#isCounted && Object.keys(one).length !== Object.keys(other).length) return false;
    for (const [name, member] of this.#members) {
      const [before, after] = [one[name], other[name]];
      // Most are equal texts, and there.
      if (before === after && before !== undefined) continue;
      if (Object.hasOwn(one, name) !== Object.hasOwn(other, name)) return false;
      if (!member.isSame(before, after)) return false;
    }
    return true;
  }
}

function readingOf(part: Part): Reading {
  return part.isWhole ? WHOLE : new ReadParts(part);
}

function describe(part: Part): string {
  if (part.isWhole) return '*';
  const members = [...part.members]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${describe(member)}`);
  const items = part.items === undefined ? '' : `[${describe(part.items)}]`;
  return `${part.isCounted ? '#' : ''}${part.isMeasured ? '~' : ''}{${members.join()}}${items}`;
}

function isSameWhole(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || one === null) return Object.is(one, other);
  if (typeof other !== 'object' || other === null) return false;
  if (Array.isArray(one)) {
    if (!Array.isArray(other) || one.length !== other.length) return false;
    return one.every((item, at) => isSameWhole(item, other[at]));
  }
  if (Array.isArray(other)) return false;
  const [names, others] = [Object.keys(one), Object.keys(other)];
  return (
    names.length === others.length &&
    names.every(
      (name, at) =>
        name === others[at] && isSameWhole((one as PlainMap)[name], (other as PlainMap)[name]),
    )
  );
}
