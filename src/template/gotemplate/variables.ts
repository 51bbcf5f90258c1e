import type { GoValue } from './values.ts';

/** The variables of one template under way, the newest last. `$` is the first: what the template was given. */
export class Variables {
  readonly #names: string[] = ['$'];
  readonly #values: GoValue[];

  constructor(root: GoValue) {
    this.#values = [root];
  }

  /** A mark to go back to: everything that began after it ends. */
  mark(): number {
    return this.#names.length;
  }

  endSince(mark: number): void {
    this.#names.length = mark;
    this.#values.length = mark;
  }

  declare(name: string, value: GoValue): void {
    this.#names.push(name);
    this.#values.push(value);
  }

  /** Gives the newest variable of this name a value; false where there is none. */
  assign(name: string, value: GoValue): boolean {
    const index = this.#names.lastIndexOf(name);
    if (index === -1) return false;
    this.#values[index] = value;
    return true;
  }

  /** Gives a value to the variable that many places from the newest; 1 is the newest. */
  setFromTop(place: number, value: GoValue): void {
    this.#values[this.#values.length - place] = value;
  }

  /** The place of the newest variable of this name; -1 where none has begun, as in the other branch of an `if`. */
  placeOf(name: string): number {
    return this.#names.lastIndexOf(name);
  }

  at(place: number): GoValue {
    return this.#values[place];
  }
}
