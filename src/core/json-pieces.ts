/** So many items of a list, or members of a map, are written at once. */
const AT_ONCE = 50;

/**
 * Plain data as JSON in pieces that are short where lists are long: together they are what `JSON.stringify` gives. No text of the data is
 * divided between two of them.
 */
export function* jsonPieces(value: unknown): Generator<string> {
  if (typeof value !== 'object' || value === null) {
    yield JSON.stringify(value);
  } else if (Array.isArray(value)) {
    yield* listPieces(value);
  } else {
    yield* mapPieces(Object.entries(value));
  }
}

function* listPieces(items: readonly unknown[]): Generator<string> {
  if (items.length === 0) yield '[]';
  for (let at = 0; at < items.length; at += AT_ONCE) {
    const some = JSON.stringify(items.slice(at, at + AT_ONCE)).slice(1, -1);
    yield `${at === 0 ? '[' : ','}${some}${at + AT_ONCE >= items.length ? ']' : ''}`;
  }
}

function* mapPieces(members: readonly (readonly [string, unknown])[]): Generator<string> {
  yield '{';
  let isFirst = true;
  for (const [name, value] of members) {
    if (value === undefined) continue;
    yield `${isFirst ? '' : ','}${JSON.stringify(name)}:`;
    isFirst = false;
    yield* jsonPieces(value);
  }
  yield '}';
}
