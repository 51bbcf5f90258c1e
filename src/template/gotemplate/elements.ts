import { CallError } from './call-error.ts';
import { entryOf, isList, isMap, sizeOf, typeName } from './inspect.ts';
import { GoMap, type GoValue } from './values.ts';

/** How many items, entries or bytes a value has. */
export function len(value: GoValue): bigint {
  if (value === undefined || value === null) throw new CallError('len of nil pointer');
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value, 'utf8'));
  if (isList(value)) return BigInt(value.length);
  if (isMap(value)) return BigInt(sizeOf(value));
  throw new CallError(`len of type ${typeName(value)}`);
}

/** The item that is found by following the keys: indexes of lists and texts, names in maps. */
export function index([start, ...keys]: readonly GoValue[]): GoValue {
  if (start === undefined || start === null) throw new CallError('index of untyped nil');
  return keys.reduce((holder, key) => elementOf(holder, key), start);
}

function elementOf(holder: GoValue, key: GoValue): GoValue {
  if (holder === undefined || holder === null) throw new CallError('index of nil pointer');
  if (isList(holder)) return holder[positionIn(holder.length, key)];
  if (typeof holder === 'string') {
    const bytes = Buffer.from(holder, 'utf8');
    return BigInt(bytes[positionIn(bytes.length, key)] ?? 0);
  }
  if (isMap(holder)) {
    const wanted =
      holder instanceof GoMap && holder.typeName.startsWith('map[int]') ? 'int' : 'string';
    if (key === undefined || key === null) {
      throw new CallError(`value is nil; should be of type ${wanted}`);
    }
    if (typeName(key) !== wanted) {
      throw new CallError(`value has type ${typeName(key)}; should be ${wanted}`);
    }
    return entryOf(holder, key as string | bigint).value;
  }
  throw new CallError(`can't index item of type ${typeName(holder)}`);
}

function positionIn(length: number, key: GoValue): number {
  const position = takeIndex(key);
  if (position < 0n || position >= length) throw new CallError(`index out of range: ${position}`);
  return Number(position);
}

/** A part of a list or text, from the first index up to but not including the second; texts are counted in bytes. */
export function slice([holder, ...indexes]: readonly GoValue[]): GoValue {
  if (holder === undefined || holder === null) throw new CallError('slice of untyped nil');
  if (indexes.length > 3) throw new CallError(`too many slice indexes: ${indexes.length}`);
  if (typeof holder === 'string') {
    if (indexes.length === 3) throw new CallError('cannot 3-index slice a string');
    const bytes = Buffer.from(holder, 'utf8');
    const [start, end] = bounds(indexes, bytes.length);
    return bytes.subarray(start, end).toString('utf8');
  }
  if (!isList(holder)) throw new CallError(`can't slice item of type ${typeName(holder)}`);
  const [start, end] = bounds(indexes, holder.length);
  return holder.slice(start, end);
}

function bounds(indexes: readonly GoValue[], length: number): readonly [number, number] {
  const found = indexes.map((value) => {
    const position = takeIndex(value);
    if (position < 0n || position > length) {
      throw new CallError(`index out of range: ${position}`);
    }
    return Number(position);
  });
  const [start = 0, end = length, most = length] = found;
  if (start > end) throw new CallError(`invalid slice index: ${start} > ${end}`);
  if (end > most) throw new CallError(`invalid slice index: ${end} > ${most}`);
  return [start, end];
}

function takeIndex(value: GoValue): bigint {
  if (typeof value === 'bigint') return value;
  if (value === undefined || value === null) {
    throw new CallError('cannot index slice/array with nil');
  }
  throw new CallError(`cannot index slice/array with type ${typeName(value)}`);
}
