import { cannot } from '../functions/arguments.ts';
import { LONGEST_COUNT } from '../limits.ts';
import type { Filter } from './built-in-filters.ts';

/** What nunjucks makes as long as a number says, whatever the number is. */

/** Filters of nunjucks that take a number and make that many things of nothing. */
const COUNTING_FILTERS: ReadonlySet<string> = new Set(['batch', 'center', 'slice']);

/** The filter, with a word where its number is beyond all measure. */
export function counted(name: string, filter: Filter): Filter {
  if (!COUNTING_FILTERS.has(name)) return filter;
  return function (this: unknown, ...args) {
    if (Number(args[1]) > LONGEST_COUNT) throw cannot(name, `${LONGEST_COUNT} is the most`);
    return filter.apply(this, args);
  };
}

/** nunjucks' `range(stop)` and `range(start, stop, step)`; here it ends when its numbers do not. */
export function range(start: number, stop?: number, step = 1): readonly number[] {
  if (stop === undefined) return range(0, start);
  const by = step || 1;
  const numbers: number[] = [];
  for (let number = start; by > 0 ? number < stop : number > stop; number += by) {
    if (numbers.length === LONGEST_COUNT) {
      throw cannot('range', `it would have more than ${LONGEST_COUNT} numbers`);
    }
    numbers.push(number);
  }
  return numbers;
}
