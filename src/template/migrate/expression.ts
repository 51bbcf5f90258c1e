import type { Span } from '../gotemplate/nodes.ts';
import type { ProblemBook } from './problems.ts';
import { TEXT, type Shape } from './shapes.ts';

/** An expression of Nunjucks, and what is known of its value. */
export interface Expression {
  readonly code: string;
  readonly shape: Shape;
  /** `member`: something may follow it directly. `piped`: it ends in a filter. `joined`: it wants parentheses in most places. */
  readonly binding: 'member' | 'piped' | 'joined';
  /** The same without what stands in for a missing value: shorter, and enough where only its truth counts. */
  readonly bare?: string;
}

/** Who knows how values are tested, and takes problems down. */
export interface Judge {
  readonly book: ProblemBook;
  /** An expression that is true in Nunjucks where the value is true in Go, whose empty lists and maps are false. */
  truth(value: Expression, at: Span): string;
}

/** The code of an expression where something follows it directly, or between two operators. */
export function tight({ code, binding }: Expression): string {
  return binding === 'member' ? code : `(${code})`;
}

/** The code of an expression as an argument. */
export function asArgument({ code }: Expression): string {
  return code;
}

/** An entry of a map of texts, which is an empty text in Go where it is missing; `code` asks for it. */
export function entryOfTexts(code: string): Expression {
  return { code: `${code} | default("")`, shape: TEXT, binding: 'piped', bare: code };
}
