import type { MissingKey } from '../engine.ts';
import {
  entryOf,
  GoList,
  GoMap,
  GoStruct,
  isMap,
  typeName,
  type GoFunction,
  type GoValue,
} from './values.ts';

/** A member of a value: a value itself, or a method to be called. */
export type Member =
  | { readonly kind: 'value'; readonly value: GoValue }
  | { readonly kind: 'method'; readonly called: GoFunction };

/** What cannot be looked up; the message is Go's. */
export class MemberError extends Error {}

/** `receiver.name` by Go's rules. Own entries, fields and methods count; nothing that JavaScript gives a value does. */
export function memberOf(receiver: GoValue, name: string, missingKey: MissingKey): Member {
  if (receiver === undefined) {
    if (missingKey !== 'error') return { kind: 'value', value: undefined };
    throw new MemberError(`nil data; no entry for key ${JSON.stringify(name)}`);
  }
  if (receiver === null) throw new MemberError(`nil pointer evaluating interface {}.${name}`);
  if (receiver instanceof GoList) {
    const called = receiver.method(name);
    if (called !== undefined) return { kind: 'method', called };
  } else if (receiver instanceof GoStruct) {
    const called = receiver.methods.get(name);
    if (called !== undefined) return { kind: 'method', called };
    if (receiver.fields.has(name)) return { kind: 'value', value: receiver.fields.get(name) };
  } else if (isMap(receiver) && !hasOtherKeys(receiver)) {
    const { found, value } = entryOf(receiver, name);
    if (found || missingKey === 'default')
      return { kind: 'value', value: found ? value : undefined };
    if (missingKey === 'error') {
      throw new MemberError(`map has no entry for key ${JSON.stringify(name)}`);
    }
    return { kind: 'value', value: value ?? null };
  }
  throw new MemberError(`can't evaluate field ${name} in type ${typeName(receiver)}`);
}

function hasOtherKeys(map: GoValue): boolean {
  return map instanceof GoMap && !map.typeName.startsWith('map[string]');
}
