import { failureAt, type Frame } from './frame.ts';
import { isMap, sortedEntries, typeName } from './inspect.ts';
import type { ControlStatement } from './nodes.ts';
import type { GoValue } from './values.ts';

/** What a range goes through that is no list, as keys and items. Throws a GoFailure for what it cannot go through. */
export function turnsOf(
  value: GoValue,
  statement: ControlStatement,
  frame: Frame,
): Iterable<readonly [GoValue, GoValue]> {
  if (value === undefined || value === null) return [];
  if (isMap(value)) return sortedEntries(value);
  if (typeof value === 'bigint') {
    if (statement.pipe.variables.length < 2) return countTurns(value);
    throw failureAt(
      frame,
      statement.pipe,
      "can't use an int to iterate over more than one variable",
    );
  }
  throw failureAt(frame, statement.pipe, `range can't iterate over ${typeName(value)}`);
}

function* countTurns(count: bigint): Generator<readonly [GoValue, GoValue]> {
  for (let number = 0n; number < count; number += 1n) yield [number, number];
}
