import { complainAt, type Complaint } from './format.ts';
import { endOfLua } from './lua.ts';

/** nginx reads through a buffer of this size, and no word may be longer (NGX_CONF_BUFFER). */
const LONGEST_WORD_BYTES = 4096;
const SPACE = /[ \t\r\n]/;

/** A block that is not closed yet. */
interface Open {
  /** Where its brace stands. */
  readonly at: number;
}

/**
 * The structure of nginx's config, word by word as nginx reads it (ngx_conf_read_token): quotes, escapes, comments, `${name}`, each directive
 * ended by a semicolon or a block, blocks closed. What directives mean is not known here: that is for `nginx -t`.
 */
export function findFaultInNginx(text: string): Complaint | undefined {
  return new NginxReader(text).read();
}

class NginxReader {
  readonly #text: string;
  readonly #open: Open[] = [];
  #at = 0;
  /** The first word of the directive that is being read, and where it stands. */
  #directive: { readonly word: string; readonly at: number } | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Complaint | undefined {
    while (this.#skipBlank()) {
      const fault = this.#readNext();
      if (fault !== undefined) return fault;
    }
    return this.#atEnd();
  }

  /** Skips white space and comments; says whether anything follows. */
  #skipBlank(): boolean {
    for (;;) {
      const here = this.#text[this.#at];
      if (here === undefined) return false;
      if (here === '#') {
        const end = this.#text.indexOf('\n', this.#at);
        this.#at = end === -1 ? this.#text.length : end;
      } else if (!SPACE.test(here)) return true;
      else this.#at += 1;
    }
  }

  #readNext(): Complaint | undefined {
    const here = this.#text[this.#at];
    if (here === '}') return this.#close();
    if (here === ';' || here === '{') return this.#endDirective(here);
    return this.#readWord();
  }

  #close(): Complaint | undefined {
    if (this.#directive !== undefined) {
      return this.#complain('the directive before this } has no semicolon', this.#directive.at);
    }
    if (this.#open.pop() === undefined) return this.#complain('this } closes nothing');
    this.#at += 1;
    return undefined;
  }

  #endDirective(sign: ';' | '{'): Complaint | undefined {
    const directive = this.#directive;
    if (directive === undefined) return this.#complain(`nothing stands before this ${sign}`);
    this.#directive = undefined;
    if (sign === '{' && directive.word.endsWith('_by_lua_block')) {
      const end = endOfLua(this.#text, this.#at + 1);
      if (end === undefined) return this.#complain('the Lua in this block is never closed');
      this.#at = end;
      return undefined;
    }
    if (sign === '{') this.#open.push({ at: this.#at });
    this.#at += 1;
    return undefined;
  }

  #readWord(): Complaint | undefined {
    const start = this.#at;
    const quote = this.#text[start];
    const end = quote === '"' || quote === "'" ? this.#quotedEnd(quote) : this.#plainEnd();
    if (typeof end !== 'number') return end;
    this.#at = end;
    const word = this.#text.slice(start, end);
    if (word.length * 4 > LONGEST_WORD_BYTES && Buffer.byteLength(word) > LONGEST_WORD_BYTES) {
      return this.#complain(`nginx takes no word longer than ${LONGEST_WORD_BYTES} bytes`, start);
    }
    this.#directive ??= { word, at: start };
    return undefined;
  }

  #quotedEnd(quote: string): number | Complaint {
    let at = this.#at + 1;
    while (at < this.#text.length && this.#text[at] !== quote) {
      at += this.#text[at] === '\\' ? 2 : 1;
    }
    if (at >= this.#text.length) return this.#complain('this quote is never closed');
    const after = this.#text[at + 1];
    if (after === undefined || SPACE.test(after) || ';{)'.includes(after)) return at + 1;
    return this.#complain('a space is missing after this quote', at);
  }

  /** Braces belong to the word only right behind a `$`, however many; a closing one always does. */
  #plainEnd(): number {
    let at = this.#at;
    while (at < this.#text.length) {
      const here = this.#text[at] as string;
      if (here === '\\') at += 2;
      else if (here === '$') {
        at += 1;
        while (this.#text[at] === '{') at += 1;
      } else if (SPACE.test(here) || here === ';' || here === '{') break;
      else at += 1;
    }
    return Math.min(at, this.#text.length);
  }

  #atEnd(): Complaint | undefined {
    if (this.#directive !== undefined) {
      return this.#complain(
        'this directive is never ended: a semicolon is missing',
        this.#directive.at,
      );
    }
    const open = this.#open.at(-1);
    return open === undefined ? undefined : this.#complain('this { is never closed', open.at);
  }

  #complain(what: string, offset = this.#at): Complaint {
    return complainAt(this.#text, offset, what);
  }
}
