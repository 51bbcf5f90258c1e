import type { MissingKey } from '../engine.ts';
import { entryOf, isMap, typeName } from './inspect.ts';
import { GoList, GoMap, GoStruct, TEXT_MAP, type GoFunction, type GoValue } from './values.ts';

/** What cannot be looked up; the message is Go's. */
export class MemberError extends Error {}

/** The method `receiver.name`, if there is one. */
export function methodOf(receiver: GoValue, name: string): GoFunction | undefined {
  if (receiver instanceof GoStruct) return receiver.methods.get(name);
  return receiver instanceof GoList || receiver instanceof GoMap
    ? receiver.method(name)
    : undefined;
}

/** The field or entry `receiver.name` by Go's rules. Own entries and fields count; nothing that JavaScript gives a value does. */
export function fieldOf(receiver: GoValue, name: string, missingKey: MissingKey): GoValue {
  if (receiver === undefined) {
    if (missingKey !== 'error') return undefined;
    throw new MemberError(`nil data; no entry for key ${JSON.stringify(name)}`);
  }
  if (receiver === null) throw new MemberError(`nil pointer evaluating interface {}.${name}`);
  if (receiver instanceof GoStruct) {
    const value = receiver.field(name);
    if (value !== undefined || receiver.has(name)) return value;
  } else if (receiver instanceof GoMap && receiver.typeName === TEXT_MAP) {
    const text = receiver.get(name);
    if (text !== undefined) return text;
    if (missingKey === 'error') throw noEntry(name);
    return missingKey === 'zero' ? receiver.zero : undefined;
  } else if (isMap(receiver) && !hasOtherKeys(receiver)) {
    const { found, value } = entryOf(receiver, name);
    if (found) return value;
    if (missingKey === 'error') throw noEntry(name);
    return missingKey === 'zero' ? (value ?? null) : undefined;
  }
  throw new MemberError(`can't evaluate field ${name} in type ${typeName(receiver)}`);
}

function noEntry(name: string): MemberError {
  return new MemberError(`map has no entry for key ${JSON.stringify(name)}`);
}

function hasOtherKeys(map: GoValue): boolean {
  return map instanceof GoMap && !map.typeName.startsWith('map[string]');
}
