import type { Analysis } from '../reads/analysis.ts';
import { readAll, type Given, type Rule } from '../reads/functions.ts';
import { NOTHING, type Held } from '../reads/held.ts';
import type {
  Command,
  ControlStatement,
  FunctionOperand,
  Operand,
  Pipeline,
  Statement,
} from './nodes.ts';
import type { Templates } from './parser.ts';

/** The walk through a template and all that it defines. */
export function walkThrough(templates: Templates, analysis: Analysis): () => void {
  return () => {
    for (const [name, { body }] of templates) {
      const reads = new GoReads(analysis, name);
      reads.statements(body, analysis.variable(dotOf(name)));
    }
  };
}

/** What a template is given by those that run it is kept like a variable, which no template can call so. */
function dotOf(template: string): string {
  return `. ${template}`;
}

/** Looks through one template. */
class GoReads {
  readonly #analysis: Analysis;
  readonly #template: string;

  constructor(analysis: Analysis, template: string) {
    this.#analysis = analysis;
    this.#template = template;
  }

  statements(body: readonly Statement[], dot: Held): void {
    for (const statement of body) this.#statement(statement, dot);
  }

  #statement(statement: Statement, dot: Held): void {
    switch (statement.kind) {
      case 'text':
      case 'break':
      case 'continue':
        return;
      case 'action': {
        const value = this.#pipeline(statement.pipe, dot);
        if (statement.pipe.variables.length === 0) value.readWhole();
        return;
      }
      case 'if':
      case 'with':
        this.#branch(statement, dot);
        return;
      case 'range':
        this.#range(statement, dot);
        return;
      case 'template':
        if (statement.pipe !== undefined) {
          this.#analysis.assign(dotOf(statement.name), this.#pipeline(statement.pipe, dot));
        }
    }
  }

  #branch({ kind, pipe, body, otherwise }: ControlStatement, dot: Held): void {
    const value = this.#pipeline(pipe, dot);
    value.count();
    this.statements(body, kind === 'with' ? value : dot);
    this.statements(otherwise, dot);
  }

  /** The variables of a range hold items and their keys; before its first turn they hold the list, of which nothing is to be read but that it is empty. */
  #range({ pipe, body, otherwise }: ControlStatement, dot: Held): void {
    const list = this.#commands(pipe, dot);
    list.count();
    const items = list.items();
    const last = pipe.variables.at(-1);
    if (last !== undefined) this.#assign(last, items);
    this.statements(body, items);
    this.statements(otherwise, dot);
  }

  #pipeline(pipe: Pipeline, dot: Held): Held {
    const value = this.#commands(pipe, dot);
    for (const name of pipe.variables) this.#assign(name, value);
    return value;
  }

  #commands({ commands }: Pipeline, dot: Held): Held {
    let piped: readonly Given[] = [];
    for (const command of commands) piped = [{ held: this.#command(command, dot, piped) }];
    return piped[0]?.held ?? NOTHING;
  }

  #command({ operands }: Command, dot: Held, piped: readonly Given[]): Held {
    const [first, ...rest] = operands;
    const given = [...rest.map((operand) => this.#argument(operand, dot)), ...piped];
    if (first.kind === 'function') return readsOf(first)(given, this.#analysis);
    // Of a method.
    readAll(given, this.#analysis);
    return this.#operand(first, dot);
  }

  #argument(operand: Operand, dot: Held): Given {
    const held = this.#operand(operand, dot);
    return operand.kind === 'constant' ? { held, constant: operand.value } : { held };
  }

  #operand(operand: Operand, dot: Held): Held {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'nil':
      case 'constant':
        return NOTHING;
      case 'field':
        return along(operand.path, dot);
      case 'variable':
        return along(operand.path, this.#variable(operand.name));
      case 'chain':
        return along(operand.path, this.#operand(operand.of, dot));
      case 'function':
        return readsOf(operand)([], this.#analysis);
      case 'pipeline':
        return this.#pipeline(operand, dot);
    }
  }

  #variable(name: string): Held {
    if (name === '$') return this.#analysis.variable(dotOf(this.#template));
    return this.#analysis.variable(this.#nameOf(name));
  }

  #assign(name: string, held: Held): void {
    this.#analysis.assign(this.#nameOf(name), held);
  }

  #nameOf(variable: string): string {
    return `${variable} ${this.#template}`;
  }
}

function readsOf({ called }: FunctionOperand): Rule {
  return called.reads ?? readAll;
}

/** What is found by following names. A method of a list sees all of it, and is told from a field when lists are compared. */
function along(path: readonly string[], start: Held): Held {
  return path.reduce((held, name) => held.member(name), start);
}
