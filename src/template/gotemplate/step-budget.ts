import { GoFailure } from './failure.ts';
import {
  CHARACTERS_AN_ITEM,
  ENDLESS_ADVICE,
  ITEMS_A_STEP,
  LARGEST_VALUE,
  LONGEST_TEXT,
  MOST_MADE,
  MOST_PRINTED,
} from '../limits.ts';
import type { TemplateTree } from './nodes.ts';
import type { ValueSizes } from './value-size.ts';
import type { GoValue } from './values.ts';

/** Some seconds of work. A thousand instances of a service take some ten thousand steps. */
const MOST_STEPS = 10_000_000;

/** A shorter text is less than a step. */
const LEAST_COUNTED = (ITEMS_A_STEP - 1) * CHARACTERS_AN_ITEM;

/**
 * What one rendering may use up: a template that comes to no end is stopped with a clear word. `sizes` is shared by the
 * renderings of an engine, as answers are.
 */
export class StepBudget {
  readonly #sizes: ValueSizes;
  #steps = 0;
  #printed = 0;
  #made = 0;

  constructor(sizes: ValueSizes) {
    this.#sizes = sizes;
  }

  /** Counts a step: an action, a call, a turn of a loop. */
  spend(tree: TemplateTree, at: number, steps = 1): void {
    this.#steps += steps;
    if (this.#steps > MOST_STEPS) {
      throw failure(tree, at, `the template takes more than ${MOST_STEPS} steps`);
    }
  }

  /** Counts what it takes to go through a value, which a function is given or which is printed. */
  look(tree: TemplateTree, at: number, value: GoValue): void {
    if (typeof value === 'string' ? value.length < LEAST_COUNTED : typeof value !== 'object')
      return;
    const size = this.#sizes.of(value);
    if (size > LARGEST_VALUE) throw failure(tree, at, 'the value holds too much');
    this.spend(tree, at, Math.floor(size / ITEMS_A_STEP));
  }

  /** Counts text that is printed. */
  print(tree: TemplateTree, at: number, text: string): void {
    this.#printed += text.length;
    if (this.#printed > MOST_PRINTED) {
      throw failure(tree, at, `the template prints more than ${MOST_PRINTED} characters`);
    }
  }

  /** Counts what a function made, printed or not: a text that is joined to itself doubles with each step. */
  make(tree: TemplateTree, at: number, value: GoValue): void {
    if (typeof value !== 'string') {
      this.look(tree, at, value);
      return;
    }
    this.#made += value.length;
    if (value.length > LONGEST_TEXT || this.#made > MOST_MADE) {
      throw failure(tree, at, 'the template makes too much text');
    }
  }
}

function failure({ source }: TemplateTree, at: number, message: string): GoFailure {
  return new GoFailure(source.positionAt(at), message, { advice: ENDLESS_ADVICE });
}
