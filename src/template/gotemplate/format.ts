import { formatAsPrinted, formatByVerb } from './format-value.ts';
import { PLAIN, type FormatFlags } from './format-flags.ts';
import { typeName } from './inspect.ts';
import type { GoValue } from './values.ts';

/** Go's bound for a width or precision. */
const LARGEST = 1_000_000;

/** `fmt.Sprint`: a space between two values of which neither is a text. */
export function sprint(values: readonly GoValue[]): string {
  let text = '';
  for (const [index, value] of values.entries()) {
    const isText = typeof value === 'string';
    if (index > 0 && !isText && typeof values[index - 1] !== 'string') text += ' ';
    text += formatAsPrinted(value);
  }
  return text;
}

/** `fmt.Sprintln`: a space between all values, and a line feed at the end. */
export function sprintln(values: readonly GoValue[]): string {
  return `${values.map(formatAsPrinted).join(' ')}\n`;
}

/** `fmt.Sprintf`. What does not fit is written into the text as Go does: `%!d(string=x)`, `%!v(MISSING)`, `%!(EXTRA int=1)`. */
export function sprintf(format: string, values: readonly GoValue[]): string {
  return new Formatter(format, values).run();
}

class Formatter {
  readonly #format: string;
  readonly #values: readonly GoValue[];
  #at = 0;
  #next = 0;
  /** An index was written out, so that values may well be left over. */
  #reordered = false;
  #isIndexGood = true;

  constructor(format: string, values: readonly GoValue[]) {
    this.#format = format;
    this.#values = values;
  }

  run(): string {
    let text = '';
    while (this.#at < this.#format.length) {
      const percent = this.#format.indexOf('%', this.#at);
      const end = percent === -1 ? this.#format.length : percent;
      text += this.#format.slice(this.#at, end);
      this.#at = end + 1;
      if (percent !== -1) text += this.#directive();
    }
    return text + this.#leftOver();
  }

  #directive(): string {
    this.#isIndexGood = true;
    let flags = this.#readFlags();
    let afterIndex = this.#readIndex();
    const width = this.#readSize();
    let complaint = '';
    if (width.kind === 'bad') complaint = '%!(BADWIDTH)';
    if (width.kind === 'size') flags = withWidth(flags, width.size);
    // A number cannot stand behind an index: `%[3]2d`.
    if (afterIndex && width.kind === 'size' && !width.isStar) this.#isIndexGood = false;
    if (width.isStar) afterIndex = false;
    if (this.#format.charAt(this.#at) === '.') {
      this.#at += 1;
      if (afterIndex) this.#isIndexGood = false;
      afterIndex = this.#readIndex();
      const precision = this.#readSize();
      if (precision.kind === 'size' && precision.size >= 0) {
        flags = { ...flags, precision: precision.size };
      } else if (precision.isStar) complaint += '%!(BADPREC)';
      else flags = { ...flags, precision: 0 };
      if (precision.isStar) afterIndex = false;
    }
    if (!afterIndex) this.#readIndex();
    return complaint + this.#verb(flags);
  }

  #verb(flags: FormatFlags): string {
    const code = this.#format.codePointAt(this.#at);
    if (code === undefined) return '%!(NOVERB)';
    const verb = String.fromCodePoint(code);
    this.#at += verb.length;
    if (verb === '%') return '%';
    if (!this.#isIndexGood) return `%!${verb}(BADINDEX)`;
    if (this.#next >= this.#values.length) return `%!${verb}(MISSING)`;
    const value = this.#values[this.#next];
    this.#next += 1;
    return formatByVerb(value, verb, verb === 'v' ? forDefault(flags) : flags);
  }

  #readFlags(): FormatFlags {
    const flags = { plus: false, minus: false, sharp: false, space: false, zero: false };
    for (;;) {
      switch (this.#format.charAt(this.#at)) {
        case '+':
          flags.plus = true;
          break;
        case '-':
          flags.minus = true;
          break;
        case '#':
          flags.sharp = true;
          break;
        case ' ':
          flags.space = true;
          break;
        case '0':
          flags.zero = true;
          break;
        default:
          // Zeros behind a number would change it.
          return { ...PLAIN, ...flags, zero: flags.zero && !flags.minus };
      }
      this.#at += 1;
    }
  }

  /** A width or precision: digits, or `*` for the next value. */
  #readSize(): Size {
    if (this.#format.charAt(this.#at) === '*') {
      this.#at += 1;
      const value = this.#values[this.#next];
      if (this.#next < this.#values.length) this.#next += 1;
      const size = typeof value === 'bigint' ? Number(value) : Number.NaN;
      const isGood = Math.abs(size) <= LARGEST;
      return isGood ? { kind: 'size', size, isStar: true } : { kind: 'bad', isStar: true };
    }
    const number = this.#readNumber(this.#format.length);
    return number === undefined
      ? { kind: 'none', isStar: false }
      : { kind: 'size', size: number, isStar: false };
  }

  /** Digits up to the offset `end`. Behind a number that nobody can mean nothing is read any more, as in Go. */
  #readNumber(end: number): number | undefined {
    let number: number | undefined;
    for (; this.#at < end; this.#at += 1) {
      const digit = this.#format.charCodeAt(this.#at) - ZERO;
      if (!(digit >= 0 && digit <= 9)) break;
      if (number !== undefined && number > LARGEST) {
        this.#at = end;
        return undefined;
      }
      number = (number ?? 0) * 10 + digit;
    }
    return number;
  }

  /** `[2]`: which value comes next, counted from 1. Whether there was one that can be read. */
  #readIndex(): boolean {
    const start = this.#at;
    if (this.#format.charAt(start) !== '[') return false;
    this.#reordered = true;
    const close = this.#format.indexOf(']', start);
    this.#at = start + 1;
    if (close === -1) {
      this.#isIndexGood = false;
      return false;
    }
    const number = this.#readNumber(close);
    const isNumber = number !== undefined && this.#at === close;
    this.#at = close + 1;
    if (isNumber && number >= 1 && number <= this.#values.length) this.#next = number - 1;
    else this.#isIndexGood = false;
    return isNumber;
  }

  #leftOver(): string {
    if (this.#reordered || this.#next >= this.#values.length) return '';
    const extra = this.#values.slice(this.#next).map((value) => {
      if (value === undefined || value === null) return '<nil>';
      return `${typeName(value)}=${formatAsPrinted(value)}`;
    });
    return `%!(EXTRA ${extra.join(', ')})`;
  }
}

/** What was found where a width or precision may stand. */
type Size =
  | { readonly kind: 'none'; readonly isStar: false }
  | { readonly kind: 'size'; readonly size: number; readonly isStar: boolean }
  | { readonly kind: 'bad'; readonly isStar: true };

const ZERO = 48;

/** A negative width, which only a value can give, fills up on the right. */
function withWidth(flags: FormatFlags, size: number): FormatFlags {
  const minus = flags.minus || size < 0;
  return { ...flags, width: Math.abs(size), minus, zero: flags.zero && !minus };
}

/** With `%v`, `#` and `+` mean something else than with all other verbs. */
function forDefault(flags: FormatFlags): FormatFlags {
  return {
    ...flags,
    goSyntax: flags.sharp,
    sharp: false,
    fieldNames: flags.plus,
    plus: false,
  };
}
