import { spotAt, type ParsedText } from '../document.ts';
import {
  asParsedText,
  DEEPEST_VALUE,
  listNode,
  mapNode,
  plainNode,
  type ValueMember,
  type ValueNode,
} from '../value-tree.ts';
import { JsonScanner, JsonSyntaxError, type JsonSyntax } from './json5-scanner.ts';

/** JSON as a tree of values, or what keeps it from being one. */
export type JsonTree =
  { readonly ok: true; readonly root: ValueNode } | Extract<ParsedText, { readonly ok: false }>;

/**
 * Reads strict JSON (https://www.rfc-editor.org/rfc/rfc8259) or JSON5 (https://spec.json5.org), and knows where each value
 * stands: the json5 package tells no positions of values, and jsonc-parser reads neither single quotes nor bare keys. Of a
 * key that is there twice the last one counts, as in Go. Maps have no prototype.
 */
export function parseJson5Tree(text: string, syntax: JsonSyntax): JsonTree {
  try {
    return { ok: true, root: new Json5Parser(text, syntax).document() };
  } catch (error) {
    if (!(error instanceof JsonSyntaxError)) throw error;
    return { ok: false, errors: [{ ...spotAt(text, error.offset), message: error.message }] };
  }
}

/** {@link parseJson5Tree} as the other syntaxes are read. */
export function parseJson5(text: string, syntax: JsonSyntax): ParsedText {
  const tree = parseJson5Tree(text, syntax);
  return tree.ok ? asParsedText(text, tree.root) : tree;
}

class Json5Parser {
  readonly #scanner: JsonScanner;

  constructor(text: string, syntax: JsonSyntax) {
    this.#scanner = new JsonScanner(text, syntax);
  }

  document(): ValueNode {
    const root = this.#value(0);
    this.#scanner.skipSpace();
    if (!this.#scanner.atEnd()) this.#scanner.fail('after the end of the config');
    return root;
  }

  #value(depth: number): ValueNode {
    const scanner = this.#scanner;
    scanner.skipSpace();
    const { offset } = scanner;
    if (depth > DEEPEST_VALUE) throw new JsonSyntaxError('nested too deeply', offset);
    if (scanner.take('{')) return this.#map(offset, depth);
    if (scanner.take('[')) return this.#list(offset, depth);
    return plainNode(offset, scanner.scalar());
  }

  #map(offset: number, depth: number): ValueNode {
    const scanner = this.#scanner;
    const members = new Map<string, ValueMember>();
    for (;;) {
      scanner.skipSpace();
      // After a comma, strict JSON wants another key.
      if ((members.size === 0 || scanner.isJson5) && scanner.take('}')) break;
      const keyOffset = scanner.offset;
      const key = scanner.key();
      scanner.skipSpace();
      if (!scanner.take(':')) scanner.fail('where the colon after a key is expected');
      const node = this.#value(depth + 1);
      members.set(key, { keyOffset, node });
      scanner.skipSpace();
      if (scanner.take(',')) continue;
      if (scanner.take('}')) break;
      scanner.fail('where a comma or } is expected');
    }
    return mapNode(offset, members);
  }

  #list(offset: number, depth: number): ValueNode {
    const scanner = this.#scanner;
    const items: ValueNode[] = [];
    for (;;) {
      scanner.skipSpace();
      if ((items.length === 0 || scanner.isJson5) && scanner.take(']')) break;
      items.push(this.#value(depth + 1));
      scanner.skipSpace();
      if (scanner.take(',')) continue;
      if (scanner.take(']')) break;
      scanner.fail('where a comma or ] is expected');
    }
    return listNode(offset, items);
  }
}
