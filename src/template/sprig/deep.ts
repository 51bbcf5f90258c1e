import { isList, isMap, sortedEntries, typeName } from '../gotemplate/inspect.ts';
import { GoStruct, type GoValue } from '../gotemplate/values.ts';
import { dictOf } from './arguments.ts';

/** Whether two values are of one type and hold the same, in depth. */
export function areDeepEqual(a: GoValue, b: GoValue): boolean {
  if (a === b) return true;
  if (isList(a) && isList(b)) {
    return a.length === b.length && a.every((item, at) => areDeepEqual(item, b[at]));
  }
  if (a instanceof GoStruct && b instanceof GoStruct) {
    return (
      a.typeName === b.typeName &&
      a.fields().every(([name, value]) => areDeepEqual(value, b.field(name)))
    );
  }
  if (!isMap(a) || !isMap(b) || typeName(a) !== typeName(b)) return false;
  const [first, second] = [sortedEntries(a), sortedEntries(b)];
  return (
    first.length === second.length &&
    first.every(
      ([name, value], at) => second[at]?.[0] === name && areDeepEqual(value, second[at][1]),
    )
  );
}

/** A copy in depth; its maps can be changed. */
export function deepCopy(value: GoValue): GoValue {
  if (isList(value)) return value.map(deepCopy);
  if (!isMap(value)) return value;
  return dictOf(sortedEntries(value).map(([name, item]) => [String(name), deepCopy(item)]));
}
