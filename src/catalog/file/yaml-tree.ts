import type { Node } from 'yaml';

/** A parsed document with the place of each part, so that an error can point at it. Scalars are text, as they were written. */
export type Located =
  /** `plain`: without quotes, so that it may mean a number, a truth or nothing where somebody asks for one. */
  | {
      readonly kind: 'text';
      readonly at: number;
      readonly text: string;
      readonly plain: boolean;
    }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Located[] }
  | { readonly kind: 'map'; readonly at: number; readonly entries: readonly MapEntry[] };

/** A name in a map; its own place is `at`. */
export interface MapEntry {
  readonly name: string;
  readonly at: number;
  readonly value: Located;
}

/** Why a document cannot be used; `at` is the place in its text. */
export class DocumentError extends Error {
  override readonly name = 'DocumentError';
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

/** Reads YAML, or JSON, which is a part of it. Throws a DocumentError. */
export async function parseTree(text: string): Promise<Located> {
  const yaml = await import('yaml');
  // With this schema `1.10` and `yes` stay what they are: every value of a catalog is text.
  const document = yaml.parseDocument(text, { schema: 'failsafe', prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) throw new DocumentError(error.message, error.pos[0]);
  const open = new Set<Node>();

  const locate = (node: Node | null, fallbackAt: number): Located => {
    const at = node?.range?.[0] ?? fallbackAt;
    if (node === null) return { kind: 'text', at, text: '', plain: true };
    if (open.has(node)) throw new DocumentError('an alias leads into itself', fallbackAt);
    if (yaml.isAlias(node)) {
      const target = node.resolve(document);
      if (target === undefined) throw new DocumentError(`no anchor &${node.source}`, at);
      return locate(target, at);
    }
    if (yaml.isScalar(node)) {
      return { kind: 'text', at, text: scalarText(node), plain: node.type === 'PLAIN' };
    }
    open.add(node);
    const located = yaml.isSeq(node)
      ? { kind: 'list' as const, at, items: node.items.map((item) => locate(item as Node, at)) }
      : { kind: 'map' as const, at, entries: yaml.isMap(node) ? entriesOf(node.items, at) : [] };
    open.delete(node);
    return located;
  };

  const entriesOf = (
    pairs: readonly { readonly key: unknown; readonly value: unknown }[],
    mapAt: number,
  ): MapEntry[] =>
    pairs.map(({ key, value }) => {
      const name = locate(key as Node, mapAt);
      if (name.kind !== 'text') throw new DocumentError('a name must be text', name.at);
      return { name: name.text, at: name.at, value: locate(value as Node | null, name.at) };
    });

  if (document.contents === null) throw new DocumentError('the document is empty', 0);
  return locate(document.contents, 0);
}

/** Line and column, both from 1, of a place in a text. */
export function placeOf(
  text: string,
  at: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** `~`, `null` and nothing at all are YAML's three ways to say nothing. */
function scalarText(node: { readonly value: unknown; readonly type?: string | undefined }): string {
  const text = typeof node.value === 'string' ? node.value : '';
  return node.type === 'PLAIN' && (text === '~' || text === 'null') ? '' : text;
}
