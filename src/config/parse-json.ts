import {
  findNodeAtLocation,
  getNodeValue,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from 'jsonc-parser';
import { spotAt, type DocumentPath, type ParsedText } from './document.ts';

/** Reads JSON with comments and trailing commas. A key that is there twice is an error; an empty text is an empty document, as in YAML and TOML. */
export function parseJson(text: string): ParsedText {
  if (text.trim() === '') return { ok: true, content: undefined, locate: () => spotAt(text, 0) };
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { allowTrailingComma: true });
  if (errors.length > 0 || root === undefined) {
    const found = errors.length > 0 ? errors.slice(0, 1) : [{ error: 4, offset: 0 }];
    return {
      ok: false,
      // Only the first: the parser goes on after it, and mostly stumbles over the same thing again.
      errors: found.map(({ error, offset }) => ({
        ...spotAt(text, offset),
        message: `not JSON: ${words(printParseErrorCode(error))}`,
      })),
    };
  }
  const duplicates = duplicateKeys(root);
  if (duplicates.length > 0) {
    return {
      ok: false,
      errors: duplicates.map((key) => ({
        ...spotAt(text, key.offset),
        message: `the key ${JSON.stringify(key.value)} is there twice`,
      })),
    };
  }
  return {
    ok: true,
    content: getNodeValue(root) as unknown,
    locate: (path, aim) => spotAt(text, offsetOf(root, path, aim)),
  };
}

function offsetOf(root: Node, path: DocumentPath, aim: 'key' | 'value'): number {
  for (let length = path.length; length > 0; length--) {
    const node = findNodeAtLocation(root, path.slice(0, length));
    if (node === undefined) continue;
    const key = node.parent?.type === 'property' ? node.parent.children?.[0] : undefined;
    return aim === 'key' && length === path.length ? (key ?? node).offset : node.offset;
  }
  return root.offset;
}

function duplicateKeys(node: Node): Node[] {
  const found: Node[] = [];
  const seen = new Set<unknown>();
  for (const child of node.children ?? []) {
    const key = child.type === 'property' ? child.children?.[0] : undefined;
    if (key !== undefined && node.type === 'object') {
      if (seen.has(key.value)) found.push(key);
      seen.add(key.value);
    }
    found.push(...duplicateKeys(child));
  }
  return found;
}

/** `CommaExpected` as `comma expected`. */
function words(code: string): string {
  return code.replace(/[A-Z]/g, (letter, position: number) =>
    position === 0 ? letter.toLowerCase() : ` ${letter.toLowerCase()}`,
  );
}
