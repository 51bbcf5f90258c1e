import type { KeyPair, Query, Value } from '../catalog/catalog.ts';

/**
 * Control characters, C0 and C1, DEL, and the two separators that some parsers take for line ends. Whoever may register
 * a service can put them into its name, tags, meta and address: Consul checks none of these.
 */
const CONTROL_CHARACTER = /[\x00-\x1f\x7f-\x9f\u2028\u2029]/;

/** Kinds of answers that anybody who may register can write into. Keys and values are written by operators. */
const WRITTEN_BY_ANYBODY: ReadonlySet<string> = new Set([
  'service',
  'connect',
  'services',
  'node',
  'nodes',
]);

/** Output of checks ends in a line feed as a rule, so it counts only where it is printed as it is. */
const FREE_TEXT_FIELDS: ReadonlySet<string> = new Set(['Output', 'Notes']);

interface Found {
  /** Texts that must not be part of anything printed. */
  readonly anywhere: readonly string[];
  /** Texts that must not be printed as they are. */
  readonly whole: readonly string[];
}

/** Finds texts with control characters in answers; each answer is searched once, however often it is rendered. */
export class HostileTextSearch {
  readonly #found = new WeakMap<object, Found>();

  /** What is hostile in this answer. */
  in(value: object): Found {
    const known = this.#found.get(value);
    if (known !== undefined) return known;
    const anywhere: string[] = [];
    const whole: string[] = [];
    const visit = (item: unknown, field: string): void => {
      if (typeof item === 'string') {
        if (CONTROL_CHARACTER.test(item))
          (FREE_TEXT_FIELDS.has(field) ? whole : anywhere).push(item);
      } else if (typeof item === 'object' && item !== null) {
        for (const [name, inner] of Object.entries(item)) {
          visit(name, '');
          visit(inner, Array.isArray(item) ? field : name);
        }
      }
    };
    visit(value, '');
    const found = { anywhere, whole };
    this.#found.set(value, found);
    return found;
  }
}

/**
 * The tripwire of one rendering: tells whether a text that is about to be printed carries a control character that came
 * from service or node data and went through no quoting filter.
 *
 * Strings cannot be marked, so it remembers the hostile ones (there are none, nearly always, and then this costs nothing)
 * and follows them through functions and filters: {@link follow} after each call, {@link clear} for what was quoted.
 */
export class Tripwire {
  readonly #search: HostileTextSearch;
  readonly #anywhere = new Set<string>();
  readonly #whole = new Set<string>();
  readonly #quoted = new Set<string>();
  readonly #pairs: KeyPair[] = [];

  constructor(search: HostileTextSearch) {
    this.#search = search;
  }

  /** Takes note of an answer that the template was given. */
  learn(query: Query, value: Value): void {
    if (typeof value !== 'object' || value === null) return;
    if (WRITTEN_BY_ANYBODY.has(query.kind)) {
      const found = this.#search.in(value);
      for (const text of found.anywhere) this.#anywhere.add(text);
      for (const text of found.whole) this.#whole.add(text);
    } else if (query.kind === 'key') {
      this.#pairs.push(value as KeyPair);
    } else if (query.kind === 'tree') {
      this.#pairs.push(...(value as readonly KeyPair[]));
    }
  }

  /** Takes note that a function made `result` from `inputs`: what it made from hostile text is hostile as well. */
  follow(inputs: readonly unknown[], result: unknown): void {
    if (this.#quiet() || !inputs.some((input) => this.#holdsHostile(input))) return;
    for (const text of textsOf(result)) {
      if (CONTROL_CHARACTER.test(text)) this.#anywhere.add(text);
    }
  }

  /** Takes note that a quoting filter made this text. */
  clear(result: unknown): void {
    if (!this.#quiet() && typeof result === 'string') this.#quoted.add(result);
  }

  /** Whether printing this text would let a control character of somebody else into the file. */
  objectsTo(text: string): boolean {
    if (this.#quiet() || this.#quoted.has(text)) return false;
    return this.#isHostile(text) && !this.#pairs.some((pair) => pair.Value === text);
  }

  #quiet(): boolean {
    return this.#anywhere.size === 0 && this.#whole.size === 0;
  }

  #holdsHostile(input: unknown): boolean {
    for (const text of textsOf(input)) if (this.#isHostile(text)) return true;
    return false;
  }

  #isHostile(text: string): boolean {
    if (!CONTROL_CHARACTER.test(text)) return false;
    if (this.#whole.has(text)) return true;
    for (const hostile of this.#anywhere) if (text.includes(hostile)) return true;
    return false;
  }
}

/** Every text in a value, names of maps too. Goes as deep as data goes; stops at a cycle's second visit. */
function* textsOf(value: unknown, seen = new Set<object>()): Generator<string> {
  if (typeof value === 'string') {
    yield value;
  } else if (typeof value === 'object' && value !== null && !seen.has(value)) {
    seen.add(value);
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) yield name;
      yield* textsOf(inner, seen);
    }
  }
}
