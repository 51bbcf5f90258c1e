import type { Analysis } from '../reads/analysis.ts';
import { READS, readAll, type Given } from '../reads/functions.ts';
import { NOTHING, type Held } from '../reads/held.ts';
import type { Declarations } from './declarations.ts';

/** What a call is given, by place and by name. */
export interface Arguments {
  readonly given: readonly Given[];
  readonly named: ReadonlyMap<string, Given>;
}

/** What calls read of what they are given, and what they may give. Whatever may be called by a name is. */
export class CallReads {
  readonly #analysis: Analysis;
  readonly #declared: Declarations;

  constructor(analysis: Analysis, declared: Declarations) {
    this.#analysis = analysis;
    this.#declared = declared;
  }

  /** A function, a macro, or what a variable holds. */
  byName(name: string, args: Arguments): Held {
    return this.#call(name, args, Object.hasOwn(READS, name) ? READS[name] : undefined);
  }

  /** What an imported template gives by this name. */
  ofModule(name: string, args: Arguments): Held {
    return this.#call(name, args, undefined);
  }

  /** A method of a value. */
  ofMethod(holder: Held, method: string, args: Arguments): Held {
    this.#readAll(args);
    // A part of a list, or of a text.
    if (method === 'slice') return holder;
    holder.readWhole();
    return NOTHING;
  }

  #call(name: string, args: Arguments, rule: (typeof READS)[string] | undefined): Held {
    const macros = this.#declared.macros.get(name) ?? [];
    for (const { parameters } of macros) this.#bind(parameters, args);
    const isVariable = this.#declared.variables.has(name);
    // It may hold a method of what it was taken from.
    if (isVariable) this.#analysis.variable(name).readWhole();
    const isKnown = macros.length > 0 || (rule !== undefined && args.named.size === 0);
    if (isVariable || !isKnown) this.#readAll(args);
    return rule === undefined ? NOTHING : rule(args.given, this.#analysis);
  }

  #bind(parameters: readonly string[], { given, named }: Arguments): void {
    for (const [at, { held }] of given.entries()) {
      const parameter = parameters[at];
      if (parameter !== undefined) this.#analysis.assign(parameter, held);
    }
    for (const [name, { held }] of named) this.#analysis.assign(name, held);
  }

  #readAll({ given, named }: Arguments): void {
    readAll([...given, ...named.values()], this.#analysis);
  }
}
