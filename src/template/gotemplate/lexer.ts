import type { Delimiters } from '../engine.ts';
import { isPrintable } from './quote-text.ts';
import { KEYWORDS, type Token, type TokenKind } from './tokens.ts';

const SPACE = /[ \t\r\n]/;
const SPACES = /[ \t\r\n]+/y;
const WORD = /[\p{L}\p{Nd}_]+/uy;
/** Up to the closing quote, an escape counting as one; a line feed cannot stand inside. */
const QUOTED = /"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"/y;
const CHARACTER = /'[^'\\\n]*(?:\\[^\n][^'\\\n]*)*'/y;
const RAW = /`[^`]*`/y;
/** A sign, a base, digits with underscores, a fraction, an exponent and `i`, as `strconv` could read it or not. */
const NUMBER =
  /[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*|0[bB][01_]*|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/y;
const TRIM_MARK = 2;

const SINGLE: Readonly<Record<string, TokenKind>> = { '=': 'assign', '|': 'pipe', ',': 'comma' };

/** Cuts a template into tokens; the last one is `end`, or `error` where the text follows no rule. */
export function tokenize(text: string, delimiters: Delimiters): readonly Token[] {
  return new Lexer(text, delimiters).run();
}

class Lexer {
  readonly #text: string;
  readonly #left: string;
  readonly #right: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #openParentheses = 0;

  constructor(text: string, { left, right }: Delimiters) {
    this.#text = text;
    this.#left = left;
    this.#right = right;
  }

  run(): readonly Token[] {
    while (this.#at < this.#text.length) {
      if (!this.#readText() || !this.#readAction()) return this.#tokens;
    }
    this.#push('end', this.#at, '');
    return this.#tokens;
  }

  /** Reads up to the next action; false where there is none. */
  #readText(): boolean {
    const start = this.#at;
    const found = this.#text.indexOf(this.#left, start);
    const end = found === -1 ? this.#text.length : found;
    const trims = found !== -1 && this.#isLeftTrim(found + this.#left.length);
    const piece = this.#text.slice(start, end);
    const kept = trims ? trimmedEnd(piece) : piece;
    if (kept !== '') this.#push('text', start, kept);
    this.#at = end;
    if (found === -1) this.#push('end', end, '');
    return found !== -1;
  }

  /** Reads an action or a comment whole; false where it cannot be read. */
  #readAction(): boolean {
    const start = this.#at;
    const inside = start + this.#left.length;
    const afterMark = inside + (this.#isLeftTrim(inside) ? TRIM_MARK : 0);
    if (this.#text.startsWith('/*', afterMark)) return this.#skipComment(start, afterMark);
    this.#push('open', start, this.#left);
    this.#at = afterMark;
    this.#openParentheses = 0;
    for (;;) {
      const close = this.#closingAt(this.#at);
      if (close !== undefined) {
        if (this.#openParentheses > 0) return this.#fail(this.#at, 'unclosed left paren');
        this.#push('close', close.start, this.#right);
        this.#at = close.next;
        return true;
      }
      if (this.#at >= this.#text.length) return this.#fail(start, 'unclosed action');
      if (!this.#readInside()) return false;
    }
  }

  #skipComment(start: number, commentStart: number): boolean {
    const end = this.#text.indexOf('*/', commentStart + 2);
    if (end === -1) return this.#fail(start, 'unclosed comment');
    const close = this.#closingAt(end + 2);
    if (close === undefined) return this.#fail(start, 'comment ends before closing delimiter');
    this.#at = close.next;
    return true;
  }

  /** Where an action ends, if it ends here: the delimiter, and what follows once white space is trimmed. */
  #closingAt(at: number): { readonly start: number; readonly next: number } | undefined {
    const trims = SPACE.test(this.#text.charAt(at)) && this.#text.charAt(at + 1) === '-';
    if (trims && this.#text.startsWith(this.#right, at + TRIM_MARK)) {
      const start = at + TRIM_MARK;
      const behind = start + this.#right.length;
      return { start, next: behind + (this.#match(SPACES, behind)?.length ?? 0) };
    }
    if (!this.#text.startsWith(this.#right, at)) return undefined;
    return { start: at, next: at + this.#right.length };
  }

  #readInside(): boolean {
    const start = this.#at;
    const character = this.#text.charAt(start);
    if (SPACE.test(character)) return this.#readSpace();
    const single = SINGLE[character];
    if (single !== undefined) return this.#take(single, character);
    if (character === '(') {
      this.#openParentheses += 1;
      return this.#take('leftParenthesis', character);
    }
    if (character === ')') {
      this.#openParentheses -= 1;
      if (this.#openParentheses < 0) return this.#fail(start, 'unexpected right paren');
      return this.#take('rightParenthesis', character);
    }
    if (character === ':') {
      if (this.#text.charAt(start + 1) !== '=') return this.#fail(start, 'expected :=');
      return this.#take('declare', ':=');
    }
    if (character === '"') return this.#readQuoted('string', QUOTED, 'unterminated quoted string');
    if (character === '`') {
      return this.#readQuoted('rawString', RAW, 'unterminated raw quoted string');
    }
    if (character === "'") {
      return this.#readQuoted('character', CHARACTER, 'unterminated character constant');
    }
    if (character === '$') return this.#readName('variable');
    const next = this.#text.charAt(start + 1);
    if (character === '.' && !/[0-9]/.test(next)) return this.#readName('field');
    if (/[0-9+.-]/.test(character)) return this.#readNumber();
    return this.#readWord();
  }

  /** White space up to where the action ends with a trim marker, whose space belongs to it. */
  #readSpace(): boolean {
    const spaces = this.#match(SPACES, this.#at) ?? '';
    const last = this.#at + spaces.length - 1;
    const belongsToEnd =
      this.#text.charAt(last + 1) === '-' && this.#text.startsWith(this.#right, last + TRIM_MARK);
    const taken = belongsToEnd ? spaces.slice(0, -1) : spaces;
    return taken === '' ? true : this.#take('space', taken);
  }

  #readQuoted(kind: TokenKind, pattern: RegExp, complaint: string): boolean {
    const found = this.#match(pattern, this.#at);
    return found === undefined ? this.#fail(this.#at, complaint) : this.#take(kind, found);
  }

  /** `.`, `.Name`, `$` or `$name`. */
  #readName(kind: 'field' | 'variable'): boolean {
    const mark = this.#text.charAt(this.#at);
    const name = this.#match(WORD, this.#at + 1);
    const behind = this.#at + 1 + (name?.length ?? 0);
    if (!this.#endsWord(behind)) return this.#badCharacter(behind);
    if (name === undefined && kind === 'field') return this.#take('dot', mark);
    return this.#take(kind, mark + (name ?? ''));
  }

  #readNumber(): boolean {
    const found = this.#match(NUMBER, this.#at) ?? '';
    const behind = this.#at + found.length;
    const isComplex = found !== '' && /[+-]/.test(this.#text.charAt(behind));
    const tail = this.#match(WORD, behind);
    if (isComplex || tail !== undefined || !/[0-9]/.test(found)) {
      const bad = found + (tail ?? (isComplex ? this.#text.charAt(behind) : ''));
      return this.#fail(this.#at, `bad number syntax: ${JSON.stringify(bad)}`);
    }
    return this.#take('number', found);
  }

  #readWord(): boolean {
    const word = this.#match(WORD, this.#at);
    if (word === undefined) {
      const character = String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0);
      // The parser knows what it stands in the place of.
      if (/[!-~]/.test(character)) return this.#take('other', character);
      return this.#fail(
        this.#at,
        `unrecognized character in action: ${describeCharacter(character)}`,
      );
    }
    const behind = this.#at + word.length;
    if (!this.#endsWord(behind)) return this.#badCharacter(behind);
    if (word === 'true' || word === 'false') return this.#take('bool', word);
    const isKeyword = (KEYWORDS as readonly string[]).includes(word);
    return this.#take(isKeyword ? 'keyword' : 'identifier', word);
  }

  /** Whether a name may end here. */
  #endsWord(at: number): boolean {
    const next = this.#text.charAt(at);
    return next === '' || /[ \t\r\n.,|:()]/.test(next) || this.#text.startsWith(this.#right, at);
  }

  #badCharacter(at: number): false {
    const character = String.fromCodePoint(this.#text.codePointAt(at) ?? 0);
    return this.#fail(at, `bad character ${describeCharacter(character)}`);
  }

  #isLeftTrim(at: number): boolean {
    return this.#text.charAt(at) === '-' && SPACE.test(this.#text.charAt(at + 1));
  }

  #match(pattern: RegExp, at: number): string | undefined {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0];
  }

  #take(kind: TokenKind, text: string): true {
    this.#push(kind, this.#at, text);
    this.#at += text.length;
    return true;
  }

  #push(kind: TokenKind, start: number, text: string): void {
    this.#tokens.push({ kind, text, start, end: start + text.length });
  }

  #fail(at: number, complaint: string): false {
    this.#tokens.push({ kind: 'error', text: complaint, start: at, end: at });
    return false;
  }
}

function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SPACE.test(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** `U+0021 '!'` */
function describeCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return isPrintable(character) ? `${name} '${character}'` : name;
}
