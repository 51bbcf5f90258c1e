import type { Command, FunctionOperand, Operand, Pipeline, Span } from '../gotemplate/nodes.ts';
import { functions } from '../functions/index.ts';
import { OLD_NAMES } from '../gotemplate/old-names.ts';
import { convertBuiltIn, isBuiltIn } from './built-ins.ts';
import { asArgument, entryOfTexts, tight, type Expression, type Judge } from './expression.ts';
import { literal } from './literals.ts';
import type { ProblemBook } from './problems.ts';
import { memberShape, NOTHING, resultOf, TEXT, TRUTH, UNKNOWN, type Shape } from './shapes.ts';

/** What names stand for where an expression is. */
export interface Surroundings {
  /** What dot is; undefined where it is nothing. */
  readonly dot: Expression | undefined;
  /** What a variable is, by its name with `$`. */
  readonly variable: (name: string) => Expression;
  /** The macro of a template of this file, and what it is called with; undefined where there is none. */
  readonly macro: (name: string, dot: Expression | undefined) => string | undefined;
}

/** What methods of `scratch` give; the others give what was put in. */
const SCRATCH_RESULTS: Readonly<Record<string, Shape>> = {
  Key: TRUTH,
  MapValues: { kind: 'list', of: UNKNOWN },
};

/** Turns expressions of Go's templates into Nunjucks'. What has no counterpart goes into the book, and something like it into the code. */
export class Expressions implements Judge {
  readonly book: ProblemBook;

  constructor(book: ProblemBook) {
    this.book = book;
  }

  /** The value of a pipeline; its variables are the caller's. */
  pipeline({ commands }: Pipeline, around: Surroundings): Expression {
    let piped: Expression | undefined;
    for (const command of commands) piped = this.#command(command, piped, around);
    return piped ?? { code: '""', shape: TEXT, binding: 'member' };
  }

  /** An expression that is true in Nunjucks where the value is true in Go, whose empty lists and maps are false. */
  truth(value: Expression, at: Span): string {
    const { shape } = value;
    if (shape.kind === 'list' || shape.kind === 'map') return `${tight(value)} | length`;
    if (shape.kind === 'unknown') {
      this.book.uncertain(at, 'an empty list or map would be false in Go and is true in Nunjucks');
    }
    return value.bare ?? value.code;
  }

  /** One argument or operand. */
  operand(operand: Operand, around: Surroundings): Expression {
    switch (operand.kind) {
      case 'dot':
        return around.dot ?? this.#nothing(operand, 'dot is nothing here');
      case 'nil':
        return { code: 'none', shape: NOTHING, binding: 'member' };
      case 'constant':
        return literal(operand, this.book);
      case 'field': {
        const dot = around.dot ?? this.#nothing(operand, 'dot is nothing here, and has no fields');
        return this.#path(dot, operand.path);
      }
      case 'variable':
        return this.#path(around.variable(operand.name), operand.path);
      case 'function':
        return this.#call(operand, [], undefined, operand, around);
      case 'chain':
        return this.#path(this.operand(operand.of, around), operand.path);
      case 'pipeline':
        return this.pipeline(operand, around);
    }
  }

  #command(command: Command, piped: Expression | undefined, around: Surroundings): Expression {
    const [first, ...rest] = command.operands;
    if (first.kind === 'function') {
      if (first.name === 'executeTemplate') return this.#execute(command, rest, around);
      const args = rest.map((operand) => this.operand(operand, around));
      return this.#call(first, args, piped, command, around);
    }
    const value = this.operand(first, around);
    if (rest.length === 0 && piped === undefined) return value;
    return this.#method(command, value, rest, piped, around);
  }

  #call(
    { name: written }: FunctionOperand,
    args: readonly Expression[],
    piped: Expression | undefined,
    at: Span,
    around: Surroundings,
  ): Expression {
    const name = OLD_NAMES.get(written) ?? written;
    const all = piped === undefined ? args : [...args, piped];
    if (isBuiltIn(name)) return convertBuiltIn(name, all, at, this);
    if (name === 'scratch') return { code: 'scratch', shape: UNKNOWN, binding: 'member' };
    if (name === 'executeTemplate') return this.#execute(at, [], around);
    const row = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (row === undefined) {
      this.book.lost(at, `there is no function ${name} for Nunjucks templates`);
    }
    const shape = resultOf(
      name,
      all.map((one) => one.shape),
    );
    if (piped !== undefined && row?.asFilter === true) {
      const inside = args.length === 0 ? '' : `(${args.map(asArgument).join(', ')})`;
      return { code: `${tight(piped)} | ${name}${inside}`, shape, binding: 'piped' };
    }
    return { code: `${name}(${all.map(asArgument).join(', ')})`, shape, binding: 'member' };
  }

  /** `executeTemplate "name" dot` gives as text what `template` prints. */
  #execute(at: Span, operands: readonly Operand[], around: Surroundings): Expression {
    const [name, dot] = operands;
    const given = dot === undefined ? undefined : this.operand(dot, around);
    const known = name?.kind === 'constant' ? around.macro(String(name.value), given) : undefined;
    if (known !== undefined) return { code: known, shape: TEXT, binding: 'member' };
    this.book.lost(at, 'executeTemplate needs the name of a template of this file, in quotes');
    return { code: '""', shape: TEXT, binding: 'member' };
  }

  /** `.Tags.Contains "v2"`, `scratch.Set "k" "v"`. */
  #method(
    at: Span,
    method: Expression,
    rest: readonly Operand[],
    piped: Expression | undefined,
    around: Surroundings,
  ): Expression {
    const args = [
      ...rest.map((operand) => this.operand(operand, around)),
      ...(piped === undefined ? [] : [piped]),
    ];
    const [, receiver, name] = /^(.*)\.([A-Za-z_]\w*)$/s.exec(method.code) ?? [];
    if (receiver !== undefined && name === 'Contains') {
      const code = `${receiver} | contains(${args.map(asArgument).join(', ')})`;
      return { code, shape: TRUTH, binding: 'piped' };
    }
    if (receiver !== 'scratch') this.book.lost(at, 'Nunjucks has no such method');
    return {
      code: `${method.code}(${args.map(asArgument).join(', ')})`,
      shape: SCRATCH_RESULTS[name ?? ''] ?? UNKNOWN,
      binding: 'member',
    };
  }

  #path(start: Expression, path: readonly string[]): Expression {
    let value = start;
    for (const name of path) value = member(value, name);
    return value;
  }

  #nothing(at: Span, reason: string): Expression {
    this.book.lost(at, reason);
    return { code: 'none', shape: NOTHING, binding: 'member' };
  }
}

/** A member by its name: with a dot where that is a word. */
function member(value: Expression, name: string): Expression {
  const isWord = /^[A-Za-z_]\w*$/.test(name);
  const code = `${tight(value)}${isWord ? `.${name}` : `[${JSON.stringify(name)}]`}`;
  if (value.shape.kind === 'map' && value.shape.texts) return entryOfTexts(code);
  return { code, shape: memberShape(value.shape, name), binding: 'member' };
}
