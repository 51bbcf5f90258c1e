import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Node } from 'yaml';
import type { DocumentPath, ParsedText, Spot } from './document.ts';

/** Reads YAML 1.2, with merge keys (`<<`), since lists of templates have much in common. One document a file. */
export function parseYaml(text: string): ParsedText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    ...{ lineCounter: lines, merge: true, prettyErrors: false },
    // What it would print by itself is a key that is no text, and is told as an unknown one.
    logLevel: 'error',
  });
  const spot = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  // Its warnings are tags that nobody understands; to overlook one is to read something else than was written.
  const errors = [...document.errors, ...document.warnings].map((error) => ({
    ...spot(error.pos[0]),
    message: withoutQuotes(error.code, error.message),
  }));
  // One bracket that is missing is missed by each level above it.
  const told = new Map(errors.map((error) => [JSON.stringify(error), error]));
  if (errors.length > 0) return { ok: false, errors: [...told.values()] };
  let content: unknown;
  try {
    content = document.toJS();
  } catch (error) {
    // Aliases are resolved only now. The parser names the one that failed; it may be a password that begins with a star.
    const isUnresolved = error instanceof ReferenceError && /^Unresolved/.test(error.message);
    const why = isUnresolved
      ? 'an alias (*…) without its anchor (&…); text that begins with a star needs quotes'
      : 'its aliases or merge keys (<<) cannot be resolved';
    return { ok: false, errors: [{ line: 1, column: 1, message: `not YAML: ${why}` }] };
  }
  return {
    ok: true,
    content,
    locate: (path, aim) => spot(offsetOf(document.contents, path, aim)),
  };

  function offsetOf(root: Node | null, path: DocumentPath, aim: 'key' | 'value'): number {
    let node: unknown = root;
    let offset = root?.range?.[0] ?? 0;
    for (const [position, step] of path.entries()) {
      const resolved = isAlias(node) ? node.resolve(document) : node;
      let key: unknown;
      if (isMap(resolved)) {
        const pair = resolved.items.find(
          (item) => isScalar(item.key) && String(item.key.value) === String(step),
        );
        if (pair === undefined) return offset;
        key = pair.key;
        node = pair.value;
      } else if (isSeq(resolved)) {
        node = resolved.items[Number(step)];
      } else return offset;
      const wantsKey = aim === 'key' && position === path.length - 1;
      offset = startOf(wantsKey ? key : node) ?? startOf(key) ?? offset;
    }
    return offset;
  }
}

function startOf(node: unknown): number | undefined {
  return isScalar(node) || isMap(node) || isSeq(node) || isAlias(node)
    ? node.range?.[0]
    : undefined;
}

/** Where the parser's own words quote the text or speak to a programmer. */
const OWN_WORDS: Readonly<Record<string, string>> = {
  TAG_RESOLVE_FAILED: 'a tag (!…) that means nothing here',
  BAD_DIRECTIVE: 'a directive (%…) that means nothing here',
  BAD_DQ_ESCAPE: 'an escape (\\…) that YAML does not know; in single quotes a backslash is plain',
  BAD_SCALAR_START: 'plain text may not begin with this character; put the text in quotes',
  DUPLICATE_KEY: 'this key is there twice',
  MULTIPLE_DOCS: 'a second document (---); a config file holds one',
};

function withoutQuotes(code: string, message: string): string {
  return `not YAML: ${OWN_WORDS[code] ?? message.replace(/: .*$/s, '')}`;
}
