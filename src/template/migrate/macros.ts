import type { Templates } from '../gotemplate/parser.ts';
import type { Names } from './names.ts';
import { NOTHING, UNKNOWN, type Shape } from './shapes.ts';

/** A template of the file that others call: a macro here. */
export interface Macro {
  readonly name: string;
  /** What its calls give it; unknown where they differ. */
  shape: Shape;
  /** Whether any call gives it something. */
  takesDot: boolean;
  called: boolean;
}

/** The macros of a file, by the names of the templates that they were, with the names that nothing else has. */
export class Macros {
  readonly names: Names;
  readonly #macros = new Map<string, Macro>();

  constructor(trees: Templates, main: string, names: Names) {
    this.names = names;
    for (const name of trees.keys()) {
      if (name === main) continue;
      const macro = { name: names.give(name), shape: NOTHING, takesDot: false, called: false };
      this.#macros.set(name, macro);
    }
  }

  /** The macro of a template; undefined where the file defines none of this name. */
  get(template: string): Macro | undefined {
    return this.#macros.get(template);
  }

  /** Notes that it is called with such a value. */
  call(macro: Macro, shape: Shape | undefined): void {
    const given = shape ?? NOTHING;
    const isSame = JSON.stringify(macro.shape) === JSON.stringify(given);
    macro.shape = macro.called && !isSame ? UNKNOWN : given;
    macro.called = true;
    macro.takesDot ||= shape !== undefined;
  }
}
