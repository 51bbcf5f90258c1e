import { complainAt, type Complaint } from './format.ts';

const NAME = String.raw`[\p{L}_:][\p{L}\p{N}\p{M}_:.\u00b7-]*`;
const SPACE = String.raw`[ \t\r\n]`;
const NAME_HERE = new RegExp(NAME, 'uy');
const ATTRIBUTE = new RegExp(
  String.raw`${SPACE}+(${NAME})${SPACE}*=${SPACE}*(?:"([^"<]*)"|'([^'<]*)')`,
  'uy',
);
const TAG_END = new RegExp(String.raw`${SPACE}*(/?)>`, 'uy');
const DECLARATION = new RegExp(
  String.raw`<\?xml${SPACE}+version${SPACE}*=${SPACE}*(?:"1\.\d+"|'1\.\d+')[^<>]*\?>`,
  'uy',
);
const ENTITY = new RegExp(String.raw`&(?:(${NAME})|#(\d{1,7})|#x([\da-fA-F]{1,6}));`, 'uy');
const DECLARED_ENTITY = new RegExp(String.raw`<!ENTITY${SPACE}+(${NAME})${SPACE}`, 'uy');
const PLAIN_IN_DOCTYPE = /[^"'<>[\]]*/y;
/** What XML 1.0 has no place for. */
const FORBIDDEN =
  /[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

/** Thrown inside of the reader only. */
class Fault extends Error {
  readonly complaint: Complaint;

  constructor(complaint: Complaint) {
    super(complaint.what);
    this.complaint = complaint;
  }
}

/**
 * XML 1.0, well-formed: one root, tags balanced, attributes quoted and there once, entities known, comments, CDATA, processing instructions. A document
 * type is skipped; of it only the entities are taken that it declares.
 */
export function findFaultInXml(text: string): Complaint | undefined {
  try {
    new XmlReader(text).read();
    return undefined;
  } catch (error) {
    if (error instanceof Fault) return error.complaint;
    throw error;
  }
}

class XmlReader {
  readonly #text: string;
  readonly #open: { readonly name: string; readonly at: number }[] = [];
  readonly #entities = new Set(['lt', 'gt', 'amp', 'apos', 'quot']);
  /** Whether all entities are declared in the text itself, if at all (XML 1.0, 4.1: Entity Declared). */
  #knowsEntities = true;
  #at = 0;
  #hasRoot = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): void {
    const text = this.#text;
    const forbidden = text.search(FORBIDDEN);
    if (forbidden !== -1) this.#refuse('a character that XML does not allow', forbidden);
    if (text.startsWith('\ufeff')) this.#at = 1;
    this.#match(DECLARATION);
    while (this.#at < text.length) {
      const next = text.indexOf('<', this.#at);
      this.#readText(next === -1 ? text.length : next);
      if (next !== -1) this.#readMarkup();
    }
    const open = this.#open.at(-1);
    if (open !== undefined) this.#refuse('this element is never closed', open.at);
    if (!this.#hasRoot) this.#refuse('there is no element');
  }

  #readMarkup(): void {
    const text = this.#text;
    if (text.startsWith('<!--', this.#at)) {
      const end = text.indexOf('--', this.#at + 4);
      if (end === -1) this.#refuse('this comment is never closed');
      if (text[end + 2] !== '>') this.#refuse('a comment may not hold --', end);
      this.#at = end + 3;
    } else if (text.startsWith('<![CDATA[', this.#at)) {
      if (this.#open.length === 0) this.#refuse('CDATA outside of the root element');
      this.#skipPast(']]>', 'this CDATA is never closed');
    } else if (text.startsWith('<?', this.#at)) {
      if (/^<\?xml[ \t\r\n?]/i.test(text.slice(this.#at, this.#at + 6))) {
        this.#refuse('the XML declaration stands only at the very beginning, with its version');
      }
      this.#skipPast('?>', 'this processing instruction is never closed');
    } else if (text.startsWith('<!DOCTYPE', this.#at) && !this.#hasRoot) this.#readDoctype();
    else if (text.startsWith('</', this.#at)) this.#readEndTag();
    else this.#readStartTag();
  }

  #readStartTag(): void {
    const at = this.#at;
    this.#at += 1;
    const name = this.#match(NAME_HERE)?.[0];
    if (name === undefined) return this.#refuse('a < that begins no tag: it is written &lt;', at);
    if (this.#hasRoot && this.#open.length === 0) this.#refuse('a second root element', at);
    this.#hasRoot = true;
    const names = new Set<string>();
    for (;;) {
      const start = this.#at;
      const attribute = this.#match(ATTRIBUTE);
      if (attribute === undefined) break;
      const [written, called = '', double, single = double] = attribute;
      if (names.has(called)) this.#refuse('an attribute that is there twice', start + 1);
      names.add(called);
      const value = single ?? '';
      this.#checkEntities(start + written.length - 1 - value.length, start + written.length - 1);
    }
    const end = this.#match(TAG_END);
    if (end === undefined) {
      return this.#refuse('a tag goes on with name="value", or ends with >');
    }
    if (end[1] === '') this.#open.push({ name, at });
  }

  #readEndTag(): void {
    const at = this.#at;
    this.#at += 2;
    const name = this.#match(NAME_HERE)?.[0];
    const end = name === undefined ? undefined : this.#match(TAG_END);
    if (end?.[1] !== '') this.#refuse('an end tag that is not written </name>', at);
    const open = this.#open.pop();
    if (open === undefined) return this.#refuse('this end tag closes nothing', at);
    if (open.name === name) return;
    const { line } = complainAt(this.#text, open.at, '');
    this.#refuse(`this end tag does not match the element that was opened in line ${line}`, at);
  }

  /** An internal subset is between brackets; quotes, comments and processing instructions in it may hold anything. Nothing is loaded, and nothing expanded. */
  #readDoctype(): void {
    const text = this.#text;
    const at = this.#at;
    let isInside = false;
    for (this.#at += '<!DOCTYPE'.length; ;) {
      const plain = this.#match(PLAIN_IN_DOCTYPE)?.[0] ?? '';
      // What is loaded from elsewhere may declare more.
      if (isInside ? /%[^\s;]+;/.test(plain) : /\b(?:SYSTEM|PUBLIC)\b/.test(plain)) {
        this.#knowsEntities = false;
      }
      const here = text[this.#at];
      if (here === undefined) return this.#refuse('this document type is never closed', at);
      if (here === '"' || here === "'") this.#skipQuoted(here, at);
      else if (isInside && text.startsWith('<!--', this.#at)) {
        this.#skipPast('-->', 'this comment is never closed');
      } else if (isInside && text.startsWith('<?', this.#at)) {
        this.#skipPast('?>', 'this processing instruction is never closed');
      } else {
        if (here === '<') this.#declareEntity();
        if (here === '[' || here === ']') isInside = here === '[';
        this.#at += 1;
        if (here === '>' && !isInside) return;
      }
    }
  }

  #skipQuoted(quote: string, doctypeAt: number): void {
    const end = this.#text.indexOf(quote, this.#at + 1);
    if (end === -1) this.#refuse('this document type is never closed', doctypeAt);
    this.#at = end + 1;
  }

  #declareEntity(): void {
    DECLARED_ENTITY.lastIndex = this.#at;
    const [, name] = DECLARED_ENTITY.exec(this.#text) ?? [];
    if (name !== undefined) this.#entities.add(name);
  }

  #readText(end: number): void {
    const text = this.#text.slice(this.#at, end);
    if (this.#open.length === 0) {
      const outside = text.search(/[^ \t\r\n]/);
      if (outside !== -1) this.#refuse('text outside of the root element', this.#at + outside);
    }
    const closing = text.indexOf(']]>');
    if (closing !== -1) this.#refuse(']]> without a CDATA before it', this.#at + closing);
    this.#checkEntities(this.#at, end);
    this.#at = end;
  }

  #checkEntities(start: number, end: number): void {
    for (let at = this.#text.indexOf('&', start); at !== -1 && at < end;) {
      ENTITY.lastIndex = at;
      const found = ENTITY.exec(this.#text);
      if (found === null) this.#refuse('an & that begins no entity: it is written &amp;', at);
      const [, name, decimal, hexadecimal] = found ?? [];
      if (name !== undefined && this.#knowsEntities && !this.#entities.has(name)) {
        this.#refuse('an entity that nobody declared', at);
      }
      if (name === undefined && !isCharacter(Number(decimal ?? `0x${hexadecimal}`))) {
        this.#refuse('a reference to a character that XML does not allow', at);
      }
      at = this.#text.indexOf('&', at + 1);
    }
  }

  #skipPast(sign: string, otherwise: string): void {
    const end = this.#text.indexOf(sign, this.#at + 2);
    if (end === -1) this.#refuse(otherwise);
    this.#at = end + sign.length;
  }

  #match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    this.#at += found[0].length;
    return found;
  }

  #refuse(what: string, offset = this.#at): never {
    throw new Fault(complainAt(this.#text, offset, what));
  }
}

/** The production Char of XML 1.0, 2.2. */
function isCharacter(code: number): boolean {
  return (
    code === 9 ||
    code === 10 ||
    code === 13 ||
    (code >= 0x20 && code <= 0xd7ff) ||
    (code >= 0xe000 && code <= 0xfffd) ||
    (code >= 0x10000 && code <= 0x10ffff)
  );
}
