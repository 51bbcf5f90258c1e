import { GoFailure } from './failure.ts';
import type { TemplateTree } from './nodes.ts';

/** Some seconds of work. A thousand instances of a service take some ten thousand steps. */
const MOST_STEPS = 10_000_000;
/** Far above any configuration file, far below what memory holds. */
const MOST_CHARACTERS = 128 * 1024 * 1024;

/** What one rendering may use up: a template that comes to no end is stopped with a clear word. */
export class StepBudget {
  #steps = 0;
  #printed = 0;
  #made = 0;

  /** Counts one step: an action, a call, a turn of a loop. */
  spend(tree: TemplateTree, at: number): void {
    this.#steps += 1;
    if (this.#steps > MOST_STEPS) {
      throw failure(tree, at, `the template takes more than ${MOST_STEPS} steps`);
    }
  }

  /** Counts text that is printed. */
  print(tree: TemplateTree, at: number, text: string): void {
    this.#printed += text.length;
    if (this.#printed > MOST_CHARACTERS) {
      throw failure(tree, at, `the template prints more than ${MOST_CHARACTERS} characters`);
    }
  }

  /** Counts text that a function made, printed or not: a text that is joined to itself doubles with each step. */
  make(tree: TemplateTree, at: number, text: string): void {
    this.#made += text.length;
    if (this.#made > MOST_CHARACTERS) {
      throw failure(tree, at, `the template makes more than ${MOST_CHARACTERS} characters`);
    }
  }
}

function failure({ source }: TemplateTree, at: number, message: string): GoFailure {
  return new GoFailure(source.positionAt(at), message, {
    advice: 'a loop or a template that calls itself has no end',
  });
}
