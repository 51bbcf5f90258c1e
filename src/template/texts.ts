/** The texts in a value: lists and maps are walked in depth, names of maps are texts too, and cycles come to an end. */

/** What a {@link TextHolder} holds. */
export const HELD: unique symbol = Symbol('held');
/** Makes a {@link TextHolder} of other data. */
export const REMAKE: unique symbol = Symbol('remake');

/** A value of a template language that is no list or map of JavaScript, but holds some. */
export interface TextHolder {
  /** Its data as a list or map. */
  [HELD](): object;
  /** One like itself that holds this. */
  [REMAKE](held: unknown): TextHolder;
}

/** Every text in a value. */
export function* textsOf(value: unknown, seen = new Set<object>()): Generator<string> {
  if (typeof value === 'string') {
    yield value;
  } else if (isHolder(value)) {
    yield* textsOf(value[HELD](), seen);
  } else if (isData(value) && !seen.has(value)) {
    seen.add(value);
    for (const [name, inner] of Object.entries(value)) {
      if (!Array.isArray(value)) yield name;
      yield* textsOf(inner, seen);
    }
  }
}

/** Whether a text in the value passes the test. */
export function someText(
  value: unknown,
  test: (text: string) => boolean,
  seen?: Set<object>,
): boolean {
  if (typeof value === 'string') return test(value);
  if (isHolder(value)) return someText(value[HELD](), test, seen);
  if (!isData(value)) return false;
  const visited = seen ?? new Set<object>();
  if (visited.has(value)) return false;
  visited.add(value);
  if (Array.isArray(value)) return value.some((item) => someText(item, test, visited));
  for (const name in value) {
    if (test(name) || someText(value[name], test, visited)) return true;
  }
  return false;
}

/**
 * The value with every text converted. What holds nothing to convert stays the same object; a copy has the prototype
 * of its original, and is frozen where that is.
 */
export function mapTexts(
  value: unknown,
  convert: (text: string) => string,
  seen = new Map<object, unknown>(),
): unknown {
  if (typeof value === 'string') return convert(value);
  if (isHolder(value)) {
    const held = value[HELD]();
    const converted = mapTexts(held, convert, seen);
    return converted === held ? value : value[REMAKE](converted);
  }
  if (!isData(value)) return value;
  if (seen.has(value)) return seen.get(value);
  // A cycle, which only a template can tie, is not followed round.
  seen.set(value, value);
  const copy = (
    Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value) as object | null)
  ) as Record<string, unknown>;
  let changed = false;
  // What a regular expression found is a list that has names as well.
  for (const [name, inner] of Object.entries(value)) {
    const newName = convert(name);
    const newInner = mapTexts(inner, convert, seen);
    changed ||= newName !== name || newInner !== inner;
    Object.defineProperty(copy, newName, {
      value: newInner,
      writable: true,
      enumerable: true,
      configurable: true,
    });
  }
  if (!changed) return value;
  seen.set(value, copy);
  return Object.isFrozen(value) ? Object.freeze(copy) : copy;
}

function isHolder(value: unknown): value is TextHolder {
  return typeof value === 'object' && value !== null && HELD in value;
}

/** Lists and maps. Anything else, such as a regular expression, holds no text that a template could print. */
function isData(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype = Object.getPrototypeOf(value) as unknown;
  return prototype === null || prototype === Object.prototype;
}
