import { formatAsPrinted, formatByVerb } from './format-value.ts';
import type { FormatFlags } from './format-flags.ts';
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
    let complaint = '';
    let flags = this.#readFlags();
    let afterIndex = this.#readIndex();
    const width = this.#readSize(afterIndex, 'BADWIDTH');
    if (typeof width === 'string') complaint += width;
    else if (width !== undefined) {
      const minus = flags.minus || width < 0;
      flags = { ...flags, width: Math.abs(width), minus, zero: flags.zero && !minus };
      afterIndex = false;
    }
    if (this.#format.charAt(this.#at) === '.') {
      this.#at += 1;
      if (afterIndex) this.#isIndexGood = false;
      afterIndex = this.#readIndex();
      const precision = this.#readSize(afterIndex, 'BADPREC');
      if (typeof precision === 'string') complaint += precision;
      else if (precision === undefined) flags = { ...flags, precision: 0 };
      else if (precision < 0) complaint += '%!(BADPREC)';
      else {
        flags = { ...flags, precision };
        afterIndex = false;
      }
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
    return formatByVerb(value, verb, flags);
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
          return {
            ...flags,
            zero: flags.zero && !flags.minus,
            width: undefined,
            precision: undefined,
          };
      }
      this.#at += 1;
    }
  }

  /** A width or precision: digits, or `*` for the next value. A text is the complaint. */
  #readSize(afterIndex: boolean, complaint: string): number | string | undefined {
    if (this.#format.charAt(this.#at) === '*') {
      this.#at += 1;
      const value = this.#values[this.#next];
      if (this.#next < this.#values.length) this.#next += 1;
      const size = typeof value === 'bigint' ? Number(value) : undefined;
      return size === undefined || Math.abs(size) > LARGEST ? `%!(${complaint})` : size;
    }
    const digits = /^[0-9]+/.exec(this.#format.slice(this.#at, this.#at + 12))?.[0];
    if (digits === undefined) return undefined;
    this.#at += digits.length;
    if (afterIndex) this.#isIndexGood = false;
    return Number(digits) > LARGEST ? undefined : Number(digits);
  }

  /** `[2]`: which value comes next, counted from 1. */
  #readIndex(): boolean {
    if (this.#format.charAt(this.#at) !== '[') return false;
    this.#reordered = true;
    const close = this.#format.indexOf(']', this.#at);
    const digits = this.#format.slice(this.#at + 1, close === -1 ? this.#at + 1 : close);
    const index = /^[0-9]{1,7}$/.test(digits) ? Number(digits) : 0;
    this.#at = close === -1 ? this.#at + 1 : close + 1;
    if (index < 1 || index > this.#values.length) this.#isIndexGood = false;
    else this.#next = index - 1;
    return true;
  }

  #leftOver(): string {
    if (this.#reordered || this.#next >= this.#values.length) return '';
    const extra = this.#values.slice(this.#next).map((value) => {
      if (value === undefined || value === null) return '<nil>';
      return `${formatByVerb(value, 'T', NO_FLAGS)}=${formatAsPrinted(value)}`;
    });
    return `%!(EXTRA ${extra.join(', ')})`;
  }
}

const NO_FLAGS: FormatFlags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  width: undefined,
  precision: undefined,
};
