/** Answers are not as deep: what is read below is read whole. */
const DEEPEST = 8;
/** No template reads as many different parts of answers. */
const MOST_PARTS = 500;

/** Thrown where a template does something that is not followed: all of every answer counts then. */
export class NotFollowed extends Error {}

/** Whether anything new was found out. */
export class Growth {
  changes = 0;
  #parts = 0;

  /** Counts another part. */
  part(): void {
    this.changes += 1;
    this.#parts += 1;
    if (this.#parts > MOST_PARTS) throw new NotFollowed('it reads too many parts');
  }
}

/** A part of the answers to one kind of query, and what a template may read of it. More is added while the template is looked through; nothing is ever taken away. */
export class Part {
  readonly #growth: Growth;
  readonly #depth: number;
  readonly #members = new Map<string, Part>();
  #items: Part | undefined;
  #isWhole = false;
  #isCounted = false;
  #isMeasured = false;

  constructor(growth: Growth, depth = 0) {
    this.#growth = growth;
    this.#depth = depth;
    growth.part();
  }

  /** What is below a name. */
  get members(): ReadonlyMap<string, Part> {
    return this.#members;
  }

  /** What is read of each item of a list. */
  get items(): Part | undefined {
    return this.#items;
  }

  /** Whether all of it is read, in depth. */
  get isWhole(): boolean {
    return this.#isWhole;
  }

  /** Whether it is read how much it holds, or whether it holds anything. */
  get isCounted(): boolean {
    return this.#isCounted;
  }

  /** Whether the rendering counts how much work it is to go through all of it. */
  get isMeasured(): boolean {
    return this.#isMeasured;
  }

  readWhole(): void {
    if (!this.#isWhole) this.#growth.changes += 1;
    this.#isWhole = true;
  }

  count(): void {
    if (!this.#isCounted) this.#growth.changes += 1;
    this.#isCounted = true;
  }

  measure(): void {
    if (!this.#isMeasured) this.#growth.changes += 1;
    this.#isMeasured = true;
  }

  /** The part below a name; undefined where all of this one is read, so that nobody need ask for more. */
  member(name: string): Part | undefined {
    const known = this.#members.get(name);
    if (known !== undefined || this.#endsHere()) return known;
    const part = new Part(this.#growth, this.#depth + 1);
    this.#members.set(name, part);
    return part;
  }

  /** The part that all items of a list are; undefined as with {@link member}. */
  item(): Part | undefined {
    if (this.#items === undefined && !this.#endsHere()) {
      this.#items = new Part(this.#growth, this.#depth + 1);
    }
    return this.#items;
  }

  #endsHere(): boolean {
    if (this.#depth === DEEPEST) this.readWhole();
    return this.#isWhole;
  }
}
