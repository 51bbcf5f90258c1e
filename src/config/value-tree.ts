import { spotAt, type DocumentPath, type ParsedText, type Spot } from './document.ts';

/** A value with the place where it begins, and what is inside of it. */
export interface ValueNode {
  readonly value: unknown;
  readonly offset: number;
  readonly members: ReadonlyMap<string | number, ValueMember>;
}

/** A value in another one; where its key begins, which of a list's item is the item itself. */
export interface ValueMember {
  readonly keyOffset: number;
  readonly node: ValueNode;
}

/** A map of what is inside of it. It has no prototype: a key may be called `__proto__`. */
export function mapNode(offset: number, members: ReadonlyMap<string, ValueMember>): ValueNode {
  const value = Object.create(null) as Record<string, unknown>;
  for (const [key, { node }] of members) value[key] = node.value;
  return { value, offset, members };
}

/** A list of values. */
export function listNode(offset: number, items: readonly ValueNode[]): ValueNode {
  return {
    value: items.map(({ value }) => value),
    offset,
    members: new Map(items.map((node, index) => [index, { keyOffset: node.offset, node }])),
  };
}

/** A value with nothing inside of it. */
export function plainNode(offset: number, value: unknown): ValueNode {
  return { value, offset, members: new Map() };
}

/** The deepest that values may be in each other: deeper than any config, and far from the end of the stack. */
export const DEEPEST_VALUE = 200;

/** A text as the other syntaxes are read, where it is a tree. */
export function asParsedText(
  text: string,
  root: ValueNode,
): Extract<ParsedText, { readonly ok: true }> {
  return {
    ok: true,
    content: root.value,
    locate: (path, aim) => locateInTree(text, root, path, aim),
  };
}

/** Where the thing at a path begins, or the nearest thing around it that is there. */
function locateInTree(
  text: string,
  root: ValueNode,
  path: DocumentPath,
  aim: 'key' | 'value',
): Spot {
  let { offset } = root;
  let node: ValueNode = root;
  for (const [position, step] of path.entries()) {
    const member = node.members.get(step);
    if (member === undefined) break;
    ({ node } = member);
    const wantsKey = aim === 'key' && position === path.length - 1;
    offset = wantsKey ? member.keyOffset : node.offset;
  }
  return spotAt(text, offset);
}
