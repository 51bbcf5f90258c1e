import type { Expression } from './expression.ts';
import type { Names } from './names.ts';
import { UNKNOWN, type Shape } from './shapes.ts';

/** The variables that can be seen from a place, each under a name that no other variable of the file has. */
export class Scope {
  readonly #names: Names;
  readonly #outer: Scope | undefined;
  readonly #known = new Map<string, Expression>();

  constructor(names: Names, outer?: Scope) {
    this.#names = names;
    this.#outer = outer;
  }

  /** A scope inside of this one. */
  inside(): Scope {
    return new Scope(this.#names, this);
  }

  /** Begins a variable; returns its name. What it was in an outer scope is hidden, and unchanged. */
  declare(variable: string, shape: Shape): string {
    const name = this.#names.give(variable.replace(/^\$/, ''));
    this.#known.set(variable, { code: name, shape, binding: 'member' });
    return name;
  }

  /** Gives a variable another value; returns its name. */
  assign(variable: string, shape: Shape): string {
    const { code, shape: before } = this.get(variable);
    if (JSON.stringify(before) !== JSON.stringify(shape)) {
      const holder = this.#holder(variable);
      holder.bind(variable, { code, shape: UNKNOWN, binding: 'member' });
    }
    return code;
  }

  /** Lets a variable stand for an expression. */
  bind(variable: string, value: Expression): void {
    this.#known.set(variable, value);
  }

  /** What a variable is. */
  get(variable: string): Expression {
    const known = this.#holder(variable).#known.get(variable);
    return known ?? { code: 'none', shape: UNKNOWN, binding: 'member' };
  }

  /** A name for something that had none. */
  name(wished: string): string {
    return this.#names.give(wished);
  }

  /** The scope that has a variable; the outermost where none has. */
  #holder(variable: string): Scope {
    if (this.#known.has(variable) || this.#outer === undefined) return this;
    return this.#outer.#holder(variable);
  }
}
