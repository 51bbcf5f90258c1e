import type { Span } from '../gotemplate/nodes.ts';
import type { Expression } from './expression.ts';
import type { ProblemBook } from './problems.ts';
import { NUMBER, TEXT, TRUTH, UNKNOWN } from './shapes.ts';

/** What Nunjucks' strings know beside characters as they are. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '"': '\\"',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

/** A constant as Nunjucks writes it. */
export function literal(
  { value, ...at }: Span & { readonly value: bigint | number | string | boolean },
  book: ProblemBook,
): Expression {
  if (typeof value === 'string') return { code: quoted(value), shape: TEXT, binding: 'member' };
  if (typeof value === 'boolean') return { code: `${value}`, shape: TRUTH, binding: 'member' };
  if (typeof value === 'bigint') {
    if (!Number.isSafeInteger(Number(value))) {
      book.lost(at, 'Nunjucks holds no number of this size exactly');
    }
    return { code: `${value}`, shape: NUMBER, binding: value < 0n ? 'joined' : 'member' };
  }
  const code = String(value);
  if (/[eE]/.test(code)) book.lost(at, 'Nunjucks reads no exponents');
  return { code, shape: UNKNOWN, binding: value < 0 ? 'joined' : 'member' };
}

/** A text as a string of Nunjucks. */
export function quoted(text: string): string {
  return `"${text.replace(/[\\"\n\t\r]/g, (character) => ESCAPES[character] ?? character)}"`;
}
