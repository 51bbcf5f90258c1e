import { AutotmplError } from '../../core/errors.ts';
import type { Tripwire } from '../tripwire.ts';
import { plainText } from './built-in-filters.ts';
import type { Context, Frame } from './internals.ts';
import { lookUpMember, worksOnText } from './members.ts';

type Callable = (...args: unknown[]) => unknown;

/** The part of nunjucks' runtime that finds things for compiled templates: names, members, and what is in what. */
export interface LookUps {
  contextOrFrameLookup(context: Context, frame: Frame, name: string): unknown;
  memberLookup(holder: unknown, name: unknown): unknown;
  inOperator(item: unknown, holder: unknown): boolean;
}

/** Makes the look-ups; `tripwire` gives that of the rendering under way. */
export function createLookUps(tripwire: () => Tripwire): LookUps {
  return {
    contextOrFrameLookup: lookUpName,

    memberLookup(holder, name) {
      const member = lookUpMember(holder, name);
      if (typeof member !== 'function' || !worksOnText(holder)) return member;
      // A method of text: the text is an input like the arguments.
      return (...args: unknown[]) => {
        // A function of the template may keep what it is given, so it gets text with its marks.
        if (args.some((argument) => typeof argument === 'function')) {
          return (member as Callable)(...args);
        }
        return tripwire().guard('derived', [holder, ...args], ([text, ...rest]) =>
          (lookUpMember(text, name) as Callable)(...rest),
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
