import type { Position } from '../engine.ts';
import type { SourceText } from './source-text.ts';
import type { GoFunction } from './values.ts';

/** The tree of a template. Every node but plain text knows where it stands: offsets into the source. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One named template: the whole file, a `define` or a `block`. */
export interface TemplateTree {
  readonly name: string;
  readonly source: SourceText;
  readonly body: readonly Statement[];
}

/** What stands between the actions, and the actions that control. */
export type Statement =
  | (Span & { readonly kind: 'text'; readonly text: string })
  | (Span & { readonly kind: 'action'; readonly pipe: Pipeline })
  | ControlStatement
  | (Span & {
      readonly kind: 'template';
      readonly name: string;
      readonly pipe: Pipeline | undefined;
    })
  | (Span & { readonly kind: 'break' | 'continue' });

/** `if`, `with` and `range`: two branches and what decides between them. */
export interface ControlStatement extends Span {
  readonly kind: 'if' | 'with' | 'range';
  readonly pipe: Pipeline;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

/** Commands, each of which hands its value to the next; the last value may be given to variables. */
export interface Pipeline extends Span {
  readonly kind: 'pipeline';
  /** Names with their `$`; two only in a range. */
  readonly variables: readonly string[];
  /** Whether the variables are there already (`=`), or begin here (`:=`). */
  readonly assigns: boolean;
  readonly commands: readonly Command[];
  /** All that there is to it, where that is a dot, a constant, a field or a variable, whose value nobody is given. */
  readonly lone: Operand | undefined;
}

/** An operand and, where it is a function or a method, its arguments. */
export interface Command extends Span {
  readonly operands: readonly [Operand, ...Operand[]];
}

/** What can stand as an argument. */
export type Operand =
  | (Span & { readonly kind: 'dot' | 'nil' })
  | (Span & { readonly kind: 'constant'; readonly value: bigint | number | string | boolean })
  | (Span & { readonly kind: 'field'; readonly path: readonly string[] })
  | (Span & { readonly kind: 'variable'; readonly name: string; readonly path: readonly string[] })
  | FunctionOperand
  | (Span & { readonly kind: 'chain'; readonly of: Operand; readonly path: readonly string[] })
  | Pipeline;

/** A function by its name. */
export interface FunctionOperand extends Span {
  readonly kind: 'function';
  readonly name: string;
  readonly called: GoFunction;
  readonly position: Position;
}
