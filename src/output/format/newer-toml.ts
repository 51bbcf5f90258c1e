import { complainAt, type Complaint } from './format.ts';

/** Escapes that TOML 1.1 has added. */
const NEWER_ESCAPES = 'ex';
/** A time without seconds, alone or at the end of a date. */
const SHORT_TIME = /(?:^|[Tt])\d\d:\d\d(?:[Zz]|[+-]\d\d:\d\d)?$/;
const INTEGER = /^[+-]?(?:\d[\d_]*|0x[\da-fA-F_]+|0o[0-7_]+|0b[01_]+)$/;
const WORD = /[^\s,=[\]{}"'#]+/y;
const [LEAST, MOST] = [-(2n ** 63n), 2n ** 63n - 1n];

/**
 * What TOML 1.0 does not allow in a text that is right in TOML 1.1: commas and line breaks at places of an inline table, new escapes, times without seconds. What reads
 * the file may know no more than 1.0, or than 64 bits of an integer.
 */
export function findNewerToml(text: string): Complaint | undefined {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  /** Arrays and inline tables that are not closed yet; `header`: the name of a table in brackets. */
  readonly #open: ('array' | 'table' | 'header')[] = [];
  #at = 0;
  /** The last sign, apart from blanks. */
  #before = '\n';

  constructor(text: string) {
    this.#text = text;
  }

  read(): Complaint | undefined {
    while (this.#at < this.#text.length) {
      const fault = this.#readNext(this.#text[this.#at] as string);
      if (fault !== undefined) return fault;
    }
    return undefined;
  }

  #readNext(here: string): Complaint | undefined {
    if (here === '"' || here === "'") return this.#readString(here);
    if (here === '#') {
      const end = this.#text.indexOf('\n', this.#at);
      this.#at = end === -1 ? this.#text.length : end;
      return undefined;
    }
    const word = this.#word();
    const fault = word === '' ? this.#judgeSign(here) : this.#judgeWord(word);
    if (here !== ' ' && here !== '\t' && here !== '\r') this.#before = word === '' ? here : 'word';
    this.#at += word === '' ? 1 : word.length;
    return fault;
  }

  #judgeSign(here: string): Complaint | undefined {
    const isValue = this.#before === '=' || this.#open.length > 0;
    if (here === '[') this.#open.push(isValue ? 'array' : 'header');
    if (here === '{') this.#open.push('table');
    if (here === '\n' && this.#open.at(-1) === 'table') {
      return this.#complain('a line break in an inline table, which TOML 1.0 does not know');
    }
    if (here === '}' && this.#before === ',') {
      return this.#complain('a comma before this }, which TOML 1.0 does not know');
    }
    if (here === ']' || here === '}') this.#open.pop();
    return undefined;
  }

  #judgeWord(word: string): Complaint | undefined {
    if (SHORT_TIME.test(word)) {
      return this.#complain('a time without seconds, which TOML 1.0 does not know');
    }
    const isValue = this.#before === '=' || this.#open.at(-1) === 'array';
    if (!isValue || !INTEGER.test(word)) return undefined;
    const digits = word.replace(/^[+-]/, '').replaceAll('_', '');
    const value = word.startsWith('-') ? -BigInt(digits) : BigInt(digits);
    if (value >= LEAST && value <= MOST) return undefined;
    return this.#complain('an integer of more than 64 bits');
  }

  #readString(quote: string): Complaint | undefined {
    const isLong = this.#text.startsWith(quote.repeat(3), this.#at);
    const end = isLong ? quote.repeat(3) : quote;
    this.#at += end.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(end, this.#at)) {
      const isEscape = quote === '"' && this.#text[this.#at] === '\\';
      if (isEscape && NEWER_ESCAPES.includes(this.#text[this.#at + 1] ?? '\n')) {
        return this.#complain('an escape (\\e, \\x) that TOML 1.0 does not know');
      }
      this.#at += isEscape ? 2 : 1;
    }
    this.#at += end.length;
    // A long one may end with quotes of its own.
    while (isLong && this.#text[this.#at] === quote) this.#at += 1;
    this.#before = 'word';
    return undefined;
  }

  #word(): string {
    WORD.lastIndex = this.#at;
    return WORD.exec(this.#text)?.[0] ?? '';
  }

  #complain(what: string): Complaint {
    return complainAt(this.#text, this.#at, what);
  }
}
