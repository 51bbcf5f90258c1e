import { readAll, type Rule } from '../reads/functions.ts';
import { NOTHING, type Held } from '../reads/held.ts';
import { CallError } from './call-error.ts';
import { eq, ge, gt, le, lt, ne } from './compare.ts';
import { index, len, slice } from './elements.ts';
import { html, js, urlquery } from './escapes.ts';
import { sprint, sprintf, sprintln } from './format.ts';
import { derived, variadic, type GoFunctions } from './functions.ts';
import { isTrue, typeName } from './inspect.ts';
import { GoMethod, type GoFunction, type GoValue } from './values.ts';

/** The functions that every Go template has: https://pkg.go.dev/text/template#hdr-Functions */
export const BUILT_INS: GoFunctions = new Map<string, GoFunction>([
  ['and', { ...variadic(1, (values) => values.at(-1)), stopsAt: false, reads: oneOf }],
  ['or', { ...variadic(1, (values) => values.at(-1)), stopsAt: true, reads: oneOf }],
  ['not', { ...atOnce(derived((value) => !isTrue(value))), reads: counted }],
  ['eq', variadic(1, eq)],
  ['ne', derived(ne)],
  ['lt', derived(lt)],
  ['le', derived(le)],
  ['gt', derived(gt)],
  ['ge', derived(ge)],
  ['len', { ...atOnce(derived(len)), reads: counted }],
  ['index', { ...atOnce(variadic(1, index)), reads: elementOf }],
  ['slice', variadic(1, slice)],
  ['print', variadic(0, sprint)],
  ['println', variadic(0, sprintln)],
  [
    'printf',
    variadic(1, ([format, ...values]) => {
      if (typeof format === 'string') return sprintf(format, values);
      throw new CallError(`wrong type for value; expected string; got ${typeName(format)}`);
    }),
  ],
  ['html', variadic(0, html)],
  ['js', variadic(0, js)],
  ['urlquery', variadic(0, urlquery)],
  ['call', { call, least: 1, most: Number.POSITIVE_INFINITY, gives: 'facts' }],
]);

/** Whichever is true, or is not. */
function oneOf(...[given]: Parameters<Rule>): Held {
  for (const { held } of given) held.count();
  return given.reduce((all, { held }) => all.with(held), NOTHING);
}

function counted(...[given]: Parameters<Rule>): Held {
  for (const { held } of given) held.count();
  return NOTHING;
}

function elementOf(...[[start, ...keys], analysis]: Parameters<Rule>): Held {
  readAll(keys, analysis);
  return keys.reduce(
    (held, { constant }) => (typeof constant === 'string' ? held.member(constant) : held.items()),
    start?.held ?? NOTHING,
  );
}

function atOnce(called: GoFunction): GoFunction {
  return { ...called, atOnce: true };
}

/** Calls a function that is a value. */
function call(...[scope, [callee, ...args]]: Parameters<GoFunction['call']>): GoValue {
  if (callee === undefined || callee === null) throw new CallError('call of nil');
  if (!(callee instanceof GoMethod)) {
    throw new CallError(`non-function of type ${typeName(callee)}`);
  }
  const { called } = callee;
  if (args.length < called.least || args.length > called.most) {
    throw new CallError(`wrong number of args: got ${args.length} want ${called.least}`);
  }
  return called.call(scope, args);
}
