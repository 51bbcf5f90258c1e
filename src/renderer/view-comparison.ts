import type { Value } from '../catalog/values.ts';
import type { Had, Reading, View } from '../template/engine.ts';

/** By what a template read of a view, whether that is the same. */
type Readings = WeakMap<Reading, boolean>;

/**
 * Compares what templates have of two answers to a query, as far as they read it. A thousand templates that have and read the same of the same two answers are one
 * comparison: functions of templates have their views in common, and an engine its readings. No answer is kept for it: each would hold the one before, and
 * that one all the others.
 */
export class ViewComparison {
  readonly #known = new WeakMap<object, WeakMap<object, WeakMap<View, Readings>>>();

  /** Whether all that was read of these views is the same of both answers. */
  areSame({ views }: Had, reading: Reading, before: Value, answer: Value): boolean {
    return views.every((view) => this.#isSame(view, reading, before, answer));
  }

  #isSame(view: View, reading: Reading, before: Value, answer: Value): boolean {
    const isSame = (): boolean => reading.isSame(view(before), view(answer));
    if (!isKey(before) || !isKey(answer)) return isSame();
    const ofBoth = within<object, WeakMap<View, Readings>>(this.#known, answer);
    const readings = within<Reading, boolean>(within<View, Readings>(ofBoth, before), view);
    let compared = readings.get(reading);
    if (compared === undefined) {
      compared = isSame();
      readings.set(reading, compared);
    }
    return compared;
  }
}

function within<Key extends WeakKey, Inner>(
  maps: WeakMap<object, WeakMap<Key, Inner>>,
  key: object,
): WeakMap<Key, Inner> {
  const known = maps.get(key);
  if (known !== undefined) return known;
  const map = new WeakMap<Key, Inner>();
  maps.set(key, map);
  return map;
}

function isKey(value: Value): value is Value & object {
  return typeof value === 'object' && value !== null;
}
