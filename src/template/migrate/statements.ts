import type { ControlStatement, Pipeline, Span, Statement } from '../gotemplate/nodes.ts';
import type { Expression } from './expression.ts';
import type { Expressions } from './expressions.ts';
import { type Surroundings } from './expressions.ts';
import type { Macros } from './macros.ts';
import { convertRange } from './ranges.ts';
import type { Scope } from './scope.ts';
import { isScalar } from './shapes.ts';
import type { TagWriter } from './tag-writer.ts';

/** Where a statement is: what it sees, and what dot is. */
export interface Place {
  readonly scope: Scope;
  /** Undefined: nothing. */
  readonly dot: Expression | undefined;
}

/** Turns the statements of one template, in the order in which they stand in its source. */
export class Statements {
  readonly expressions: Expressions;
  readonly #writer: TagWriter;
  readonly #macros: Macros;

  constructor(expressions: Expressions, writer: TagWriter, macros: Macros) {
    this.expressions = expressions;
    this.#writer = writer;
    this.#macros = macros;
  }

  /** Turns statements one after the other; text is written on the way. */
  all(statements: readonly Statement[], place: Place): void {
    for (const statement of statements) this.#one(statement, place);
  }

  #one(statement: Statement, place: Place): void {
    switch (statement.kind) {
      case 'text':
        return;
      case 'action':
        return this.#action(statement.pipe, place);
      case 'template':
        return this.#template(statement.name, statement.pipe, statement, place);
      case 'if':
      case 'with':
        return this.#writer.replace(
          '{% endif %}'.repeat(this.#branches(statement, place, { before: [], word: 'if' })),
        );
      case 'range':
        return this.#range(statement, place);
      case 'break':
      case 'continue':
        this.expressions.book.lost(statement, `Nunjucks has no ${statement.kind}`);
        return this.#writer.replace(`{# ${statement.kind} #}`);
    }
  }

  #action(pipe: Pipeline, place: Place): void {
    const value = this.value(pipe, place);
    const [variable] = pipe.variables;
    if (variable !== undefined) {
      return this.#writer.replace(setTag(this.#variable(pipe, variable, value, place), value));
    }
    const { kind } = value.shape;
    if (kind === 'unknown') {
      const isSilent = value.code.startsWith('scratch.') && !value.code.startsWith('scratch.Get');
      if (!isSilent) {
        this.expressions.book.uncertain(
          pipe,
          'a list, a map, a large number or nothing at all would be printed in another way',
        );
      }
    } else if (!isScalar(value.shape)) {
      this.expressions.book.lost(pipe, `Nunjucks prints no ${kind} as Go does`);
    }
    this.#writer.replace(`{{ ${value.code} }}`);
  }

  #template(name: string, pipe: Pipeline | undefined, at: Span, place: Place): void {
    const dot = pipe === undefined ? undefined : this.value(pipe, place);
    const call = this.#surroundings(place).macro(name, dot);
    if (call === undefined) this.expressions.book.lost(at, `the file defines no template ${name}`);
    this.#writer.replace(call === undefined ? '{# template #}' : `{{ ${call} }}`);
  }

  /** `if` or `with`, up to its end; returns how many tags are to be ended there. */
  #branches(
    statement: ControlStatement,
    place: Place,
    opening: { readonly before: readonly string[]; readonly word: 'if' | 'elif' },
  ): number {
    const { sets, test, inside } = this.#condition(statement, place);
    this.#writer.replace(...opening.before, ...sets, `{% ${opening.word} ${test} %}`);
    this.all(statement.body, inside);
    const action = this.#writer.peek();
    if (!action.startsWith('else')) return 1;
    const hidden = { scope: inside.scope, dot: place.dot };
    const [next] = statement.otherwise;
    if (/^else\s+(?:if|with)\b/.test(action) && (next?.kind === 'if' || next?.kind === 'with')) {
      if (isPlain(next)) return this.#branches(next, hidden, { before: [], word: 'elif' });
      return 1 + this.#branches(next, hidden, { before: ['{% else %}'], word: 'if' });
    }
    this.#writer.replace('{% else %}');
    this.all(statement.otherwise, hidden);
    return 1;
  }

  #condition(statement: ControlStatement, place: Place) {
    const { pipe, kind } = statement;
    const scope = place.scope.inside();
    let value = this.value(pipe, place);
    const sets: string[] = [];
    const [variable] = pipe.variables;
    if (variable !== undefined) {
      const name = this.#variable(pipe, variable, value, { ...place, scope });
      sets.push(setTag(name, value));
      value = { code: name, shape: value.shape, binding: 'member' };
    } else if (kind === 'with' && !/^[\w.]+$/.test(value.code)) {
      const name = scope.name('value');
      sets.push(setTag(name, value));
      value = { code: name, shape: value.shape, binding: 'member' };
    }
    const test = this.expressions.truth(value, pipe);
    return { sets, test, inside: { scope, dot: kind === 'with' ? value : place.dot } };
  }

  #range(statement: ControlStatement, place: Place): void {
    const { pipe, body, otherwise } = statement;
    const scope = place.scope.inside();
    const value = this.value(pipe, place);
    const { tags, dot } = convertRange(pipe, value, scope, this.expressions.book);
    this.#writer.replace(...tags);
    this.all(body, { scope, dot });
    if (this.#writer.peek().startsWith('else')) {
      this.#writer.replace('{% else %}');
      this.all(otherwise, { scope: place.scope.inside(), dot: place.dot });
    }
    this.#writer.replace('{% endfor %}');
  }

  #variable(pipe: Pipeline, variable: string, { shape }: Expression, { scope }: Place): string {
    return pipe.assigns ? scope.assign(variable, shape) : scope.declare(variable, shape);
  }

  /** The value of a pipeline at this place. */
  value(pipe: Pipeline, place: Place): Expression {
    return this.expressions.pipeline(pipe, this.#surroundings(place));
  }

  #surroundings({ scope, dot }: Place): Surroundings {
    return {
      dot,
      variable: (name) => scope.get(name),
      macro: (name, given) => {
        const macro = this.#macros.get(name);
        if (macro === undefined) return undefined;
        this.#macros.call(macro, given?.shape);
        return `${macro.name}(${given?.code ?? ''})`;
      },
    };
  }
}

function setTag(name: string, { code }: Expression): string {
  return `{% set ${name} = ${code} %}`;
}

/** Whether a condition needs no variable before it is tested. */
function isPlain({ kind, pipe }: ControlStatement): boolean {
  return kind === 'if' && pipe.variables.length === 0;
}
