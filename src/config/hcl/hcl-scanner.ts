import { readHeredoc } from './heredoc.ts';

/** What keeps a text from being HCL, and where. The message quotes one character of it at most: there may be a token in it. */
export class HclSyntaxError extends Error {
  readonly offset: number;
  /** Nothing behind it can be read. */
  readonly isLast: boolean;

  constructor(message: string, offset: number, isLast = false) {
    super(message);
    this.offset = offset;
    this.isLast = isLast;
  }
}

/** A word of HCL; `word` is one without quotes. */
export type HclToken =
  | { readonly kind: 'word' | 'text' | 'sign'; readonly value: string; readonly offset: number }
  | { readonly kind: 'number'; readonly value: number; readonly offset: number }
  | { readonly kind: 'end'; readonly value?: undefined; readonly offset: number };

const SPACE = /(?:\s|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const WORD = /[\p{L}_][\p{L}\p{Nd}_.-]*/uy;
const NUMBER = /-?(?:0[xX][\da-fA-F]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)/y;
const SIGN = /[=,{}[\]]/y;
const ESCAPE = /\\(?:[abfnrtv\\"']|[0-7]{3}|x[\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})/y;
const PLAIN = /[^"\\\n$]+/y;
const ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

/** Reads the words of HCL 1 (https://github.com/hashicorp/hcl/tree/hcl1), one after another. */
export class HclScanner {
  readonly #text: string;
  #offset = 0;
  #next: HclToken | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** The next word, which stays the next. */
  peek(): HclToken {
    this.#next ??= this.#scan();
    return this.#next;
  }

  /** The next word. */
  take(): HclToken {
    const token = this.peek();
    this.#next = undefined;
    return token;
  }

  /** Takes a sign, if it is this one. */
  takeSign(sign: string): boolean {
    const token = this.peek();
    if (token.kind !== 'sign' || token.value !== sign) return false;
    this.#next = undefined;
    return true;
  }

  /** Goes on behind the line of an error. */
  skipLine(offset: number): void {
    const end = this.#text.indexOf('\n', offset);
    this.#offset = end === -1 ? this.#text.length : end + 1;
    this.#next = undefined;
  }

  /** Always throws: the next word is none that may stand here. */
  fail(where: string): never {
    const token = this.peek();
    if (token.kind === 'end')
      throw new HclSyntaxError(`the text ends ${where}`, token.offset, true);
    const [character = ''] = this.#text.slice(token.offset, token.offset + 2);
    throw new HclSyntaxError(`invalid ${JSON.stringify(character)} ${where}`, token.offset);
  }

  #scan(): HclToken {
    this.#match(SPACE);
    const offset = this.#offset;
    if (offset >= this.#text.length) return { kind: 'end', offset };
    if (this.#text.startsWith('/*', offset)) {
      throw new HclSyntaxError('the text ends inside of a comment', offset, true);
    }
    if (this.#text[offset] === '"') return { kind: 'text', value: this.#quoted(), offset };
    if (this.#text.startsWith('<<', offset)) return this.#heredoc(offset);
    const sign = this.#match(SIGN);
    if (sign !== undefined) return { kind: 'sign', value: sign, offset };
    const word = this.#match(WORD);
    if (word !== undefined) return { kind: 'word', value: word, offset };
    const number = this.#match(NUMBER);
    if (number !== undefined) return { kind: 'number', value: this.#number(number), offset };
    const [character = ''] = this.#text.slice(offset, offset + 2);
    throw new HclSyntaxError(`invalid character ${JSON.stringify(character)}`, offset);
  }

  #heredoc(offset: number): HclToken {
    const heredoc = readHeredoc(this.#text, offset);
    if ('problem' in heredoc) throw new HclSyntaxError(heredoc.problem, heredoc.offset, true);
    this.#offset = heredoc.end;
    return { kind: 'text', value: heredoc.text, offset };
  }

  /** As in Go, a leading zero is octal. */
  #number(text: string): number {
    const offset = this.#offset - text.length;
    if (/[\p{L}\p{Nd}_.]/u.test(this.#text[this.#offset] ?? '')) {
      throw new HclSyntaxError('a number with something behind it; text needs quotes', offset);
    }
    const [, minus = '', digits = ''] = /^(-?)(.*)$/.exec(text) ?? [];
    const sign = minus === '' ? 1 : -1;
    if (!/^0\d+$/.test(digits)) return sign * Number(digits);
    if (/[89]/.test(digits)) {
      throw new HclSyntaxError('a number that begins with 0 is octal, and has no 8 or 9', offset);
    }
    return sign * Number.parseInt(digits, 8);
  }

  #quoted(): string {
    const start = this.#offset++;
    let value = '';
    for (;;) {
      value += this.#match(PLAIN) ?? '';
      const next = this.#text[this.#offset];
      if (next === '"') {
        this.#offset++;
        return value;
      }
      if (next === undefined || next === '\n') {
        const what = next === undefined ? 'the text ends' : 'a line ends';
        throw new HclSyntaxError(`${what} inside of a text whose closing quote is missing`, start);
      }
      if (next === '\\') value += this.#escape();
      else value += this.#text.startsWith('${', this.#offset) ? this.#interpolation() : this.#one();
    }
  }

  #one(): string {
    return this.#text[this.#offset++] ?? '';
  }

  /** Stays as it is, quotes and line feeds inside of it included: nothing here fills it in. */
  #interpolation(): string {
    const start = this.#offset;
    let depth = 0;
    for (;;) {
      const next = this.#text[this.#offset++];
      if (next === undefined) throw new HclSyntaxError('the text ends inside of ${', start, true);
      if (next === '{') depth++;
      if (next === '}' && --depth === 0) return this.#text.slice(start, this.#offset);
    }
  }

  #escape(): string {
    const written = this.#match(ESCAPE)?.slice(1);
    if (written === undefined) {
      throw new HclSyntaxError('an unknown escape; a backslash is \\\\', this.#offset);
    }
    const plain = ESCAPES[written];
    if (plain !== undefined) return plain;
    const isOctal = /^[0-7]/.test(written);
    const code = Number.parseInt(isOctal ? written : written.slice(1), isOctal ? 8 : 16);
    return code > 0x10_ff_ff ? '\ufffd' : String.fromCodePoint(code);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#offset;
    const found = pattern.exec(this.#text)?.[0];
    this.#offset += found?.length ?? 0;
    return found;
  }
}
