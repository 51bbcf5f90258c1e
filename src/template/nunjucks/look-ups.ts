import { AutotmplError } from '../../core/errors.ts';
import type { Tripwire } from '../tripwire.ts';
import { plainText } from './built-in-filters.ts';
import type { Context, Frame } from './internals.ts';
import { lookUpMember, worksOnText } from './members.ts';
import type { MakePattern } from './pattern.ts';

type Callable = (...args: unknown[]) => unknown;

/** The part of nunjucks' runtime that finds things for compiled templates: names, members, and what is in what. */
export interface LookUps {
  contextOrFrameLookup(context: Context, frame: Frame, name: string): unknown;
  memberLookup(holder: unknown, name: unknown): unknown;
  inOperator(item: unknown, holder: unknown): boolean;
}

/** Methods of a text that make a regular expression of JavaScript's own of what is none. */
const SEARCHES: ReadonlySet<unknown> = new Set(['match', 'matchAll', 'search']);

/** Makes the look-ups; `tripwire` gives that of the rendering under way, `pattern` makes what texts are searched for. */
export function createLookUps(tripwire: () => Tripwire, pattern: MakePattern): LookUps {
  const methodOf = (text: unknown, name: unknown): Callable => {
    const method = lookUpMember(text, name) as Callable;
    if (!SEARCHES.has(plainName(name)) || text instanceof RegExp) return method;
    return (what, ...rest) =>
      method(what instanceof RegExp ? what : pattern(sourceOf(what), flagsOf(name)), ...rest);
  };

  return {
    contextOrFrameLookup: lookUpName,

    memberLookup(holder, name) {
      const member = lookUpMember(holder, name);
      if (typeof member !== 'function' || !worksOnText(holder)) return member;
      // A method of text: the text is an input like the arguments.
      return (...args: unknown[]) => {
        // A function of the template may keep what it is given, so it gets text with its marks.
        if (args.some((argument) => typeof argument === 'function')) {
          return methodOf(holder, name)(...args);
        }
        return tripwire().guard('derived', [holder, ...args], ([text, ...rest]) =>
          methodOf(text, name)(...rest),
        );
      };
    },

    inOperator(item, holder) {
      return isIn(tripwire().reveal(plainText(item)), tripwire().reveal(plainText(holder)));
    },
  };
}

/** A variable of the template, or else a function; never what all objects have. */
function lookUpName(context: Context, frame: Frame, name: string): unknown {
  const value = frame.lookup(name);
  if (value !== undefined) return value;
  return Object.hasOwn(context.ctx, name) ? context.ctx[name] : context.env.globals[name];
}

/** `item in holder`: an item of a list, a part of a text, or a name in a map. */
function isIn(item: unknown, holder: unknown): boolean {
  if (typeof holder === 'string') return holder.includes(String(item));
  if (Array.isArray(holder)) return holder.includes(item);
  if (typeof holder === 'object' && holder !== null) return Object.hasOwn(holder, String(item));
  throw new AutotmplError('template', '"in" looks into a list, a text or a map');
}

/** As `lookUpMember` reads it. */
function plainName(name: unknown): unknown {
  return name instanceof String ? name.toString() : name;
}

/** As JavaScript makes a pattern of a value. */
function sourceOf(what: unknown): string {
  return what === undefined ? '' : String(plainText(what));
}

function flagsOf(name: unknown): string {
  return plainName(name) === 'matchAll' ? 'g' : '';
}
