import type { Value } from '../catalog/values.ts';
import type { Had, Reading, View } from '../template/engine.ts';

interface Compared {
  readonly before: Value;
  readonly isSame: boolean;
}

/** By what a template read of a view. */
type Readings = WeakMap<Reading, Compared>;

/**
 * Compares what templates have of two answers to a query, as far as they read it. A thousand templates that have and read the same of the same two answers are one
 * comparison: functions of templates have their views in common, and an engine its readings.
 */
export class ViewComparison {
  readonly #known = new WeakMap<object, WeakMap<View, Readings>>();

  /** Whether all that was read of these views is the same of both answers. */
  areSame({ views }: Had, reading: Reading, before: Value, answer: Value): boolean {
    return views.every((view) => this.#isSame(view, reading, before, answer));
  }

  #isSame(view: View, reading: Reading, before: Value, answer: Value): boolean {
    const isSame = (): boolean => reading.isSame(view(before), view(answer));
    if (typeof answer !== 'object' || answer === null) return isSame();
    const views = this.#known.get(answer) ?? new WeakMap<View, Readings>();
    this.#known.set(answer, views);
    const readings = views.get(view) ?? new WeakMap<Reading, Compared>();
    views.set(view, readings);
    let compared = readings.get(reading);
    if (compared?.before !== before) {
      compared = { before, isSame: isSame() };
      readings.set(reading, compared);
    }
    return compared.isSame;
  }
}
