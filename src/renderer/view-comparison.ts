import type { Value } from '../catalog/values.ts';
import { isSameData } from '../core/same-data.ts';
import type { View } from '../template/engine.ts';

interface Compared {
  readonly before: Value;
  readonly isSame: boolean;
}

/**
 * Compares what templates have of two answers to a query. A thousand templates that have the same of the same two answers are one
 * comparison: functions of templates have their views in common.
 */
export class ViewComparison {
  readonly #known = new WeakMap<object, Map<View, Compared>>();

  /** Whether all of these views are the same of both answers. */
  areSame(views: readonly View[], before: Value, answer: Value): boolean {
    return views.every((view) => this.#isSame(view, before, answer));
  }

  #isSame(view: View, before: Value, answer: Value): boolean {
    if (typeof answer !== 'object' || answer === null) return compare(view, before, answer);
    const known = this.#known.get(answer) ?? new Map<View, Compared>();
    this.#known.set(answer, known);
    const compared = known.get(view);
    if (compared?.before === before) return compared.isSame;
    const isSame = compare(view, before, answer);
    known.set(view, { before, isSame });
    return isSame;
  }
}

function compare(view: View, before: Value, answer: Value): boolean {
  return isSameData(view(before), view(answer));
}
