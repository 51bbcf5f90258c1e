import { spotAt, type DocumentPath, type Spot } from '../document.ts';

/** A value with the place where it begins, and what is inside of it. */
export interface JsonNode {
  readonly value: unknown;
  readonly offset: number;
  readonly members: ReadonlyMap<string | number, JsonMember>;
}

/** A value in another one; where its key begins, which of a list's item is the item itself. */
export interface JsonMember {
  readonly keyOffset: number;
  readonly node: JsonNode;
}

/** Where the thing at a path begins, or the nearest thing around it that is there. */
export function locateInTree(
  text: string,
  root: JsonNode,
  path: DocumentPath,
  aim: 'key' | 'value',
): Spot {
  let { offset } = root;
  let node: JsonNode = root;
  for (const [position, step] of path.entries()) {
    const member = node.members.get(step);
    if (member === undefined) break;
    ({ node } = member);
    const wantsKey = aim === 'key' && position === path.length - 1;
    offset = wantsKey ? member.keyOffset : node.offset;
  }
  return spotAt(text, offset);
}
