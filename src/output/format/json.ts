import { complainAt, type Complaint } from './format.ts';

const SPACE = /[ \t\n\r]*/y;
const WORD = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/y;
const PLAIN = /[^"\\\x00-\x1f]*/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/** A list or a map that is not closed yet; a map has the names that it holds so far. */
interface Open {
  readonly closes: ']' | '}';
  readonly names: Set<string> | undefined;
}

/**
 * JSON as RFC 8259 has it: no comments, no trailing commas. Names that are there twice are a fault, too: every parser takes one of the two,
 * and not all the same.
 */
export function findFaultInJson(text: string): Complaint | undefined {
  return new JsonReader(text).read();
}

/** Without recursion: the depth of a text is not ours to limit. */
class JsonReader {
  readonly #text: string;
  readonly #open: Open[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Complaint | undefined {
    do {
      const read = this.#readValue();
      if (read === 'opened') continue;
      const fault = read ?? this.#readEnds();
      if (fault !== undefined) return fault;
    } while (this.#open.length > 0);
    this.#take(SPACE);
    if (this.#at < this.#text.length) return this.#complain('there is more after the end');
    return undefined;
  }

  /** Reads a plain value, or the beginning of one that holds others. */
  #readValue(): Complaint | 'opened' | undefined {
    this.#take(SPACE);
    const inside = this.#open.at(-1);
    if (inside?.names !== undefined) {
      const fault = this.#readName(inside.names);
      if (fault !== undefined) return fault;
    }
    const first = this.#text[this.#at];
    if (first === '{' || first === '[') {
      this.#at += 1;
      this.#take(SPACE);
      const closes = first === '{' ? '}' : ']';
      // An empty one is plain.
      if (this.#skip(closes)) return undefined;
      this.#open.push({ closes, names: first === '{' ? new Set() : undefined });
      return 'opened';
    }
    if (first === '"') return this.#readString();
    if (this.#take(WORD) !== '') return undefined;
    return this.#complain(first === undefined ? this.#unfinished() : 'a value is missing here');
  }

  #readName(names: Set<string>): Complaint | undefined {
    const start = this.#at;
    if (this.#text[start] !== '"') {
      return this.#complain(
        start >= this.#text.length ? this.#unfinished() : 'a name in double quotes is missing here',
      );
    }
    const fault = this.#readString();
    if (fault !== undefined) return fault;
    const name = JSON.parse(this.#text.slice(start, this.#at)) as string;
    if (names.has(name)) return this.#complain('this name is there twice', start);
    names.add(name);
    this.#take(SPACE);
    if (!this.#skip(':')) return this.#complain('a colon is missing here');
    this.#take(SPACE);
    return undefined;
  }

  /** Reads what may follow a value: the ends of those that hold it, or a comma. */
  #readEnds(): Complaint | undefined {
    for (;;) {
      const inside = this.#open.at(-1);
      if (inside === undefined) return undefined;
      this.#take(SPACE);
      if (this.#skip(',')) return undefined;
      if (!this.#skip(inside.closes)) {
        return this.#complain(
          this.#at >= this.#text.length
            ? this.#unfinished()
            : `a comma or ${inside.closes} is missing here`,
        );
      }
      this.#open.pop();
    }
  }

  /** Piece by piece: one pattern for the whole would overflow the stack on megabytes of escapes. */
  #readString(): Complaint | undefined {
    this.#at += 1;
    do this.#take(PLAIN);
    while (this.#take(ESCAPE) !== '');
    if (this.#skip('"')) return undefined;
    const next = this.#text[this.#at];
    if (next === undefined) return this.#complain(this.#unfinished());
    return this.#complain(
      next === '\\'
        ? 'JSON does not know this escape'
        : 'a control character in a string, or its closing quote is missing',
    );
  }

  #unfinished(): string {
    return this.#text.trim() === '' ? 'it is empty' : 'it ends too early';
  }

  /** What the pattern matches here, which may be nothing. */
  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #complain(what: string, offset = this.#at): Complaint {
    return complainAt(this.#text, offset, what);
  }
}
