import type { Part } from './part.ts';

/** Lists within lists: what is deeper is read whole. */
const DEEPEST = 4;

/** What of the template's own holds a part: nothing, or lists (`l`) and maps (`m`), the outermost first. */
type Shape = string;
const ITSELF: ReadonlySet<Shape> = new Set(['']);

/**
 * What an expression of a template may give of answers: parts of them, or lists and maps of the template's own that hold such parts. What was made of
 * parts that are read whole (a text, a number, a sum) is nothing of them any more: where these are the same, so is it.
 */
export class Held {
  readonly #shapes: ReadonlyMap<Part, ReadonlySet<Shape>>;

  constructor(shapes: ReadonlyMap<Part, ReadonlySet<Shape>> = new Map()) {
    this.#shapes = shapes;
  }

  static of(part: Part | undefined): Held {
    return part === undefined ? NOTHING : new Held(new Map([[part, ITSELF]]));
  }

  /** All that is in this or the other; this very one where the other adds nothing. */
  with(other: Held): Held {
    if (other.#isIn(this)) return this;
    const all = new Map(this.#shapes);
    for (const [part, shapes] of other.#shapes) {
      all.set(part, new Set([...(all.get(part) ?? []), ...shapes]));
    }
    return new Held(all);
  }

  /** What is below a name. */
  member(name: string): Held {
    return this.#inside((part, shape) => {
      if (shape === '') return Held.of(part.member(name));
      return shape.startsWith('l') && name === 'length' ? NOTHING : unwrapped(part, shape);
    });
  }

  /** What is in a list, or in a map whatever its name is. */
  items(): Held {
    return this.#inside((part, shape) =>
      shape === '' ? Held.of(part.item()) : unwrapped(part, shape),
    );
  }

  /** What the variable at a place finds in a loop that has several: names of a map and what is behind them, or the items of the items of a list. */
  itemsApart(at: number): Held {
    return this.#inside((part, shape) => {
      if (shape === '') part.readWhole();
      if (shape === '') return NOTHING;
      const items = unwrapped(part, shape);
      if (shape.startsWith('l')) return items.items();
      return at === 0 ? NOTHING : items;
    });
  }

  inList(): Held {
    return this.#wrapped('l');
  }

  inMap(): Held {
    return this.#wrapped('m');
  }

  readWhole(): void {
    for (const part of this.#shapes.keys()) part.readWhole();
  }

  /** It is read whether there is anything in it, or how much: how much lists and maps of the template's own hold follows from what they were made of. */
  count(): void {
    for (const [part, shapes] of this.#shapes) if (shapes.has('')) part.count();
  }

  measure(): void {
    for (const part of this.#shapes.keys()) part.measure();
  }

  #isIn(other: Held): boolean {
    return [...this.#shapes].every(([part, shapes]) => {
      const others = other.#shapes.get(part);
      return others !== undefined && [...shapes].every((shape) => others.has(shape));
    });
  }

  #inside(of: (part: Part, shape: Shape) => Held): Held {
    let all = NOTHING;
    for (const [part, shapes] of this.#shapes) {
      for (const shape of shapes) all = all.with(of(part, shape));
    }
    return all;
  }

  #wrapped(by: Shape): Held {
    return this.#inside((part, shape) => {
      if (shape.length < DEEPEST) return new Held(new Map([[part, new Set([by + shape])]]));
      part.readWhole();
      return NOTHING;
    });
  }
}

/** Nothing of any answer. */
export const NOTHING = new Held();

function unwrapped(part: Part, shape: Shape): Held {
  return new Held(new Map([[part, new Set([shape.slice(1)])]]));
}
