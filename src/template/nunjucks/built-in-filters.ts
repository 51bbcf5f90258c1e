/** Nunjucks' own filters, mended where they reach behind plain data or print what nobody looked at. */
import { runtime } from './internals.ts';
import { lookUpMember } from './members.ts';
import { stripTags } from './strip-tags.ts';

/** A filter; nunjucks calls it with its context as `this`. */
export type Filter = (this: unknown, ...args: unknown[]) => unknown;

/** Filters of nunjucks whose result holds no control character, whatever went in. */
export const QUOTING_BUILT_INS: ReadonlySet<string> = new Set(['dump', 'urlencode']);

/** What stands in for nunjucks' filters of the same names. */
export const MENDED_FILTERS: Readonly<Record<string, (...args: never[]) => unknown>> = {
  /** As nunjucks does; line ends are escaped by JSON, the other control characters here. */
  dump: (value: unknown, spaces?: string | number) =>
    (JSON.stringify(value, undefined, spaces) as string | undefined)?.replace(
      /[\x7f-\x9f\u2028\u2029]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    ),

  /** The groups are a map of names that data chose: no prototype must shine through. */
  groupby: (list: readonly unknown[], attribute: unknown) => {
    const groups = Object.create(null) as Record<string, unknown[]>;
    for (const item of list) {
      const name = String(member(item, attribute));
      (groups[name] ??= []).push(item);
    }
    return groups;
  },

  /** As nunjucks does, in time that grows with the text and not with its square. */
  striptags: (input: string | number | false | null | undefined, keepsLines?: boolean) =>
    stripTags(String(input === false ? '' : (input ?? '')), keepsLines === true),

  selectattr: (list: readonly unknown[], attribute: unknown) =>
    list.filter((item) => Boolean(lookUpMember(item, attribute))),

  rejectattr: (list: readonly unknown[], attribute: unknown) =>
    list.filter((item) => !lookUpMember(item, attribute)),

  sum: (list: readonly unknown[], attribute?: unknown, start = 0) =>
    list.reduce<number>(
      (total, item) =>
        total + Number(attribute === undefined ? item : lookUpMember(item, attribute)),
      start,
    ),
};

/** The filter, with texts that nunjucks marks as safe handed in and out as what they are: text. */
export function onPlainText(filter: Filter): Filter {
  return function (this: unknown, ...args) {
    return plainText(filter.apply(this, args.map(plainText)));
  };
}

/** Text that a macro made, or that a filter calls safe, is an object to nunjucks. */
export function plainText(value: unknown): unknown {
  return value instanceof runtime.SafeString ? value.val : value;
}

/** A member, or with dots in its name a member of a member. */
function member(item: unknown, path: unknown): unknown {
  if (typeof path !== 'string') return lookUpMember(item, path);
  return path.split('.').reduce(lookUpMember, item);
}
