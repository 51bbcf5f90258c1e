/** What is read: `json` is ContainerPilot 2's, `json5` 3's. */
export type JsonSyntax = 'json' | 'json5';

/** What keeps a text from being JSON, and where. The message quotes one character of it at most: there may be a token in it. */
export class JsonSyntaxError extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

const SPACE: Readonly<Record<JsonSyntax, RegExp>> = {
  json: /[ \t\r\n]*/y,
  json5: /(?:[\s\ufeff]|\/\/[^\n\r\u2028\u2029]*|\/\*[^]*?\*\/)*/y,
};
const NUMBER: Readonly<Record<JsonSyntax, RegExp>> = {
  json: /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y,
  json5:
    /[+-]?(?:0[xX][\da-fA-F]+|(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|Infinity|NaN)/y,
};
const WORD = /[\p{L}\p{Nl}$_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}$\u200c\u200d]*/uy;
const WORDS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);
const ESCAPES: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const ESCAPES_OF_JSON5: Readonly<Record<string, string>> = { v: '\v', 0: '\0' };

/** Reads the words of JSON, one after another. */
export class JsonScanner {
  readonly isJson5: boolean;
  readonly #text: string;
  readonly #syntax: JsonSyntax;
  #offset = 0;

  constructor(text: string, syntax: JsonSyntax) {
    this.#text = text;
    this.#syntax = syntax;
    this.isJson5 = syntax === 'json5';
  }

  /** Where the next character is. */
  get offset(): number {
    return this.#offset;
  }

  atEnd(): boolean {
    return this.#offset >= this.#text.length;
  }

  /** Goes on to the next word. */
  skipSpace(): void {
    this.#match(SPACE[this.#syntax]);
  }

  /** Takes a character, if it is this one. */
  take(character: string): boolean {
    if (this.#text[this.#offset] !== character) return false;
    this.#offset++;
    return true;
  }

  /** A key of a map. */
  key(): string {
    if (this.#atQuote()) return this.#quoted();
    const word = this.isJson5 ? this.#match(WORD) : undefined;
    return word ?? this.fail('where a key is expected');
  }

  /** Text, a number, or one of true, false and null. */
  scalar(): unknown {
    if (this.#atQuote()) return this.#quoted();
    const number = this.#match(NUMBER[this.#syntax]);
    if (number !== undefined) return this.#number(number);
    const start = this.#offset;
    const word = this.#match(WORD);
    if (word === undefined) return this.fail('where a value is expected');
    if (WORDS.has(word)) return WORDS.get(word);
    this.#offset = start;
    return this.fail('where a value is expected (text needs quotes)');
  }

  /** Always throws: the next character is none that may stand here. */
  fail(where: string): never {
    const [character] = this.#text.slice(this.#offset, this.#offset + 2);
    if (character === undefined) {
      throw new JsonSyntaxError(`the text ends ${where}`, this.#text.length);
    }
    const shown = character === "'" ? `"'"` : `'${character}'`;
    throw new JsonSyntaxError(`invalid character ${shown} ${where}`, this.#offset);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0];
    this.#offset += found?.length ?? 0;
    return found;
  }

  #number(text: string): number {
    if (/[\w.]/.test(this.#text[this.#offset] ?? '')) this.fail('after a number');
    const sign = text.startsWith('-') ? -1 : 1;
    return sign * Number(text.replace(/^[+-]/, ''));
  }

  #atQuote(): boolean {
    const next = this.#text[this.#offset];
    return next === '"' || (next === "'" && this.isJson5);
  }

  #quoted(): string {
    const quote = this.#text[this.#offset++] ?? '';
    const stop = quote === '"' ? /["\\\n\r]/g : /['\\\n\r]/g;
    let value = '';
    for (;;) {
      stop.lastIndex = this.#offset;
      const end = stop.exec(this.#text)?.index ?? this.#text.length;
      value += this.#text.slice(this.#offset, end);
      this.#offset = end;
      if (this.take(quote)) return value;
      if (!this.take('\\')) {
        const where = 'inside of a text whose closing quote is missing';
        if (this.atEnd()) return this.fail(where);
        throw new JsonSyntaxError(`a line ends ${where}`, this.#offset);
      }
      value += this.#escape();
    }
  }

  #escape(): string {
    const next = this.#text[this.#offset] ?? '';
    const plain = ESCAPES[next] ?? (this.isJson5 ? ESCAPES_OF_JSON5[next] : undefined);
    if (plain !== undefined && next !== '') {
      this.#offset++;
      return plain;
    }
    const digits = this.#match(this.isJson5 ? /u[\da-fA-F]{4}|x[\da-fA-F]{2}/y : /u[\da-fA-F]{4}/y);
    if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits.slice(1), 16));
    if (!this.isJson5 || next === '' || /[1-9ux]/.test(next)) return this.fail('in an escape');
    // A line that goes on; any other character stands for itself.
    if (this.#match(/\r\n|[\n\r\u2028\u2029]/y) !== undefined) return '';
    this.#offset++;
    return next;
  }
}
