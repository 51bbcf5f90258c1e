/** Lists. None is changed: what adds or takes away gives a new one. */
import { cannot } from '../functions/arguments.ts';
import { derived, variadic } from '../gotemplate/functions.ts';
import type { GoFunction, GoValue } from '../gotemplate/values.ts';
import { dictOf, isNil, takeCount, takeGoList, takeGoText, toTexts } from './arguments.ts';
import { areDeepEqual } from './deep.ts';
import { isEmpty } from './defaults.ts';

/** Sprig's functions for lists, of texts and of anything. */
export const LISTS: Readonly<Record<string, GoFunction>> = {
  join: derived((separator, list) =>
    toTexts(list).join(takeGoText('join', 'separator', separator)),
  ),
  sortAlpha: derived((list) => toTexts(list).toSorted(compareText)),
  splitList: derived((separator, text) => splitAt('splitList', separator, text)),
  split: derived((separator, text) => numbered(splitAt('split', separator, text))),
  splitn: derived((separator, count, text) => {
    const most = takeCount('splitn', 'count', count);
    const mark = takeGoText('splitn', 'separator', separator);
    return numbered(atMost(splitAt('splitn', separator, text), most, mark));
  }),
  toStrings: derived(toTexts),

  list: moved(variadic(0, (values) => [...values])),
  tuple: moved(variadic(0, (values) => [...values])),
  ...both('append', (list, value) => [...list, value]),
  ...both('push', (list, value) => [...list, value]),
  ...both('prepend', (list, value) => [value, ...list]),
  ...both('first', (list) => list[0]),
  ...both('last', (list) => list.at(-1)),
  ...both('rest', (list) => (list.length === 0 ? undefined : list.slice(1))),
  ...both('initial', (list) => (list.length === 0 ? undefined : list.slice(0, -1))),
  ...both('reverse', (list) => [...list].reverse()),
  ...both('uniq', (list) =>
    list.filter((item, at) => list.findIndex((other) => areDeepEqual(item, other)) === at),
  ),
  ...both('compact', (list) => list.filter((item) => !isEmpty(item))),
  ...withMust('without', (call) =>
    moved(
      variadic(1, ([list, ...unwanted]) =>
        takeGoList(call, 'list', list).filter(
          (item) => !unwanted.some((other) => areDeepEqual(item, other)),
        ),
      ),
    ),
  ),
  ...withMust('has', (call) =>
    derived((value, list) =>
      isNil(list)
        ? false
        : takeGoList(call, 'list', list).some((item) => areDeepEqual(item, value)),
    ),
  ),
  ...withMust('slice', (call) => moved(variadic(1, (values) => slice(call, values)))),
  ...withMust('chunk', (call) => moved(derived((size, list) => chunk(call, size, list)))),
  concat: moved(
    variadic(0, (lists) => lists.flatMap((list) => [...takeGoList('concat', 'each list', list)])),
  ),
};

/** A row for a function that hands over what it is given. */
export function moved(row: GoFunction): GoFunction {
  return { ...row, gives: 'moved' };
}

/** Sprig has most functions twice: one that gives nothing where it cannot work, and one that fails. Here both fail. */
export function withMust(
  name: string,
  make: (call: string) => GoFunction,
): Readonly<Record<string, GoFunction>> {
  const must = `must${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  return { [name]: make(name), [must]: make(must) };
}

function both(
  name: string,
  work: (list: readonly GoValue[], value: GoValue) => GoValue,
): Readonly<Record<string, GoFunction>> {
  const count = work.length;
  return withMust(name, (call) => ({
    call: (_scope, [list, value]) => work(takeGoList(call, 'list', list), value),
    least: count,
    most: count,
    gives: 'moved',
  }));
}

function splitAt(call: string, separator: GoValue, text: GoValue): string[] {
  const whole = takeGoText(call, 'text', text);
  const mark = takeGoText(call, 'separator', separator);
  return mark === '' ? [...whole] : whole.split(mark);
}

function atMost(parts: readonly string[], most: number, mark: string): readonly string[] {
  if (most < 0 || parts.length <= most) return parts;
  return most === 0 ? [] : [...parts.slice(0, most - 1), parts.slice(most - 1).join(mark)];
}

/** `_0`, `_1`, …: names that a template can write behind a dot. */
function numbered(parts: readonly string[]): GoValue {
  return dictOf(parts.map((part, at) => [`_${at}`, part] as const));
}

function slice(call: string, [list, ...bounds]: readonly GoValue[]): GoValue {
  const items = takeGoList(call, 'list', list);
  const [start = 0, end = items.length] = bounds.map((bound) => takeCount(call, 'bound', bound));
  if (items.length === 0) return undefined;
  if (start < 0 || end > items.length || start > end || bounds.length > 2) {
    throw cannot(call, 'the bounds are outside of the list');
  }
  return items.slice(start, end);
}

function chunk(call: string, size: GoValue, list: GoValue): readonly GoValue[] {
  const count = takeCount(call, 'size', size);
  if (count < 1) throw cannot(call, 'size must be 1 or more');
  const items = takeGoList(call, 'list', list);
  return Array.from({ length: Math.ceil(items.length / count) }, (_, at) =>
    items.slice(at * count, (at + 1) * count),
  );
}

function compareText(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
