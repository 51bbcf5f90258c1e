import { spotAt, type Spot } from '../document.ts';
import {
  DEEPEST_VALUE,
  listNode,
  mapNode,
  plainNode,
  type ValueMember,
  type ValueNode,
} from '../value-tree.ts';
import { HclScanner, HclSyntaxError } from './hcl-scanner.ts';

/** What comes after so many errors is mostly about the same. */
const MOST_ERRORS = 10;

/** HCL as a tree of values, or all that keeps it from being one. */
export type HclTree =
  | {
      readonly ok: true;
      readonly root: ValueNode;
      /** Where a key stands that was there before and is no block: the earlier value is lost. */
      readonly repeated: readonly (Spot & { readonly key: string })[];
    }
  | { readonly ok: false; readonly errors: readonly (Spot & { readonly message: string })[] };

/**
 * Reads HCL 1: nothing for Node does. A block is a map, and so is `key = {…}`; a label is a key in between. A block that comes
 * again makes a list of both; of any other key that comes again the last one counts, as in HCL. Octal numbers come as what they
 * are worth, and `${…}` stays as it is.
 */
export function parseHclTree(text: string): HclTree {
  const parser = new HclParser(text);
  const root = parser.document();
  if (parser.errors.length > 0) {
    return {
      ok: false,
      errors: parser.errors.map(({ offset, message }) => ({ ...spotAt(text, offset), message })),
    };
  }
  const repeated = parser.repeated.map(({ key, offset }) => ({ ...spotAt(text, offset), key }));
  return { ok: true, root, repeated };
}

interface Key {
  readonly text: string;
  readonly offset: number;
}

class HclParser {
  readonly errors: HclSyntaxError[] = [];
  readonly repeated: { readonly key: string; readonly offset: number }[] = [];
  readonly #scanner: HclScanner;

  constructor(text: string) {
    this.#scanner = new HclScanner(text);
  }

  document(): ValueNode {
    return this.#body(0, 0, 'end');
  }

  /** Keys down to the end of the text or to the bracket; an error of one line does not keep the others from being read. */
  #body(offset: number, depth: number, until: 'end' | '}'): ValueNode {
    const members = new Map<string, ValueMember>();
    while (!this.#isOver) {
      try {
        if (this.#atEnd(until)) break;
        this.#entry(members, depth);
        // What an inner body stopped at would be found, and told, once more.
        if (!this.#isOver) this.#scanner.takeSign(',');
      } catch (error) {
        if (!(error instanceof HclSyntaxError)) throw error;
        this.errors.push(error);
        if (!error.isLast) this.#scanner.skipLine(error.offset);
      }
    }
    return mapNode(offset, members);
  }

  /** Nothing behind the last error can be told apart, or there are enough. */
  get #isOver(): boolean {
    return this.errors.length >= MOST_ERRORS || this.errors.at(-1)?.isLast === true;
  }

  #atEnd(until: 'end' | '}'): boolean {
    if (until === '}' && this.#scanner.takeSign('}')) return true;
    const token = this.#scanner.peek();
    if (token.kind !== 'end') return false;
    // Behind an error it is most likely that line's bracket that is missed.
    if (until === '}' && this.errors.length === 0) {
      throw new HclSyntaxError('the text ends before a } is there', token.offset, true);
    }
    return true;
  }

  /** `key = value`, `key { … }` or `key "label" { … }`. */
  #entry(members: Map<string, ValueMember>, depth: number): void {
    const scanner = this.#scanner;
    const [key, ...labels] = this.#keys();
    if (key === undefined) return scanner.fail('where a key is expected');
    const start = scanner.peek();
    if (scanner.takeSign('=')) {
      if (labels.length > 0) {
        throw new HclSyntaxError('a key with labels is a block, and has no =', start.offset);
      }
      this.#add(members, key, this.#value(depth + 1));
      return;
    }
    if (!scanner.takeSign('{')) scanner.fail('where = or { is expected');
    if (depth > DEEPEST_VALUE) throw new HclSyntaxError('nested too deeply', start.offset);
    let node = this.#body(start.offset, depth + 1, '}');
    for (const label of labels.toReversed()) {
      node = mapNode(label.offset, new Map([[label.text, { keyOffset: label.offset, node }]]));
    }
    this.#add(members, key, node);
  }

  #keys(): Key[] {
    const keys: Key[] = [];
    for (;;) {
      const { kind, offset, value } = this.#scanner.peek();
      if (kind !== 'word' && kind !== 'text') return keys;
      keys.push({ text: value, offset });
      this.#scanner.take();
    }
  }

  #add(members: Map<string, ValueMember>, key: Key, node: ValueNode): void {
    const earlier = members.get(key.text);
    const blocks = earlier === undefined ? undefined : blocksOf(earlier.node);
    const more = blocksOf(node);
    if (earlier !== undefined && blocks !== undefined && more !== undefined) {
      const all = listNode(earlier.node.offset, [...blocks, ...more]);
      members.set(key.text, { keyOffset: earlier.keyOffset, node: all });
      return;
    }
    if (earlier !== undefined) this.repeated.push({ key: key.text, offset: key.offset });
    members.set(key.text, { keyOffset: key.offset, node });
  }

  #value(depth: number): ValueNode {
    const scanner = this.#scanner;
    const token = scanner.peek();
    const { offset } = token;
    if (depth > DEEPEST_VALUE) throw new HclSyntaxError('nested too deeply', offset);
    if (scanner.takeSign('{')) return this.#body(offset, depth, '}');
    if (scanner.takeSign('[')) return this.#list(offset, depth);
    if (token.kind === 'word') {
      if (token.value !== 'true' && token.value !== 'false') {
        return scanner.fail('where a value is expected (text needs quotes)');
      }
      scanner.take();
      return plainNode(offset, token.value === 'true');
    }
    if (token.kind !== 'text' && token.kind !== 'number') {
      return scanner.fail('where a value is expected');
    }
    scanner.take();
    return plainNode(offset, token.value);
  }

  #list(offset: number, depth: number): ValueNode {
    const scanner = this.#scanner;
    const items: ValueNode[] = [];
    for (;;) {
      if (scanner.takeSign(']')) break;
      items.push(this.#value(depth + 1));
      if (scanner.takeSign(',')) continue;
      if (scanner.takeSign(']')) break;
      scanner.fail('where a comma or ] is expected');
    }
    return listNode(offset, items);
  }
}

/** The blocks of a key: one, or a list of nothing else; undefined where there is anything but a block. */
function blocksOf({ value, members, ...rest }: ValueNode): readonly ValueNode[] | undefined {
  if (Array.isArray(value)) {
    const items = [...members.values()].map(({ node }) => node);
    return items.length > 0 && items.every((item) => isBlock(item.value)) ? items : undefined;
  }
  return isBlock(value) ? [{ value, members, ...rest }] : undefined;
}

function isBlock(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
