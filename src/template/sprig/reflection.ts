/** Types. By Go's names, as `%T` prints them. */
import { cannot } from '../functions/arguments.ts';
import { derived } from '../gotemplate/functions.ts';
import { isList, typeName } from '../gotemplate/inspect.ts';
import { GoMethod, GoStruct, type GoFunction, type GoValue } from '../gotemplate/values.ts';
import { takeGoText } from './arguments.ts';
import { areDeepEqual } from './deep.ts';

/** Sprig's functions that ask for types, and the one that stops. */
export const REFLECTION: Readonly<Record<string, GoFunction>> = {
  typeOf: derived(typeName),
  typeIs: derived((name, value) => typeName(value) === takeGoText('typeIs', 'name', name)),
  typeIsLike: derived((name, value) => {
    const wanted = takeGoText('typeIsLike', 'name', name);
    return typeName(value) === wanted || typeName(value) === `*${wanted}`;
  }),
  kindOf: derived(kindOf),
  kindIs: derived((name, value) => kindOf(value) === takeGoText('kindIs', 'name', name)),
  deepEqual: derived(areDeepEqual),
  fail: derived((message) => {
    throw cannot('fail', takeGoText('fail', 'message', message));
  }),
};

function kindOf(value: GoValue): string {
  if (value === undefined || value === null) return 'invalid';
  if (isList(value)) return 'slice';
  if (value instanceof GoMethod) return 'func';
  if (value instanceof GoStruct) return value.typeName.startsWith('*') ? 'ptr' : 'struct';
  return typeof value === 'object' ? 'map' : typeName(value);
}
