import { cannot } from '../functions/arguments.ts';
import { functions } from '../functions/index.ts';
import { READS } from '../reads/functions.ts';
import type { GoData } from './go-data.ts';
import type { GoType } from './go-types.ts';
import type { GoFunction, GoValue } from './values.ts';

/** How a shared function's numbers cross the border. */
export interface Crossing {
  /** The fewest arguments; the most are the shared function's own. */
  readonly least: number;
  /** Why a result is not simply what the template's own values were made into: Go's type of what was looked up. */
  readonly type?: GoType;
  /** Whether it counts, as an indentation does: integers are handed over as numbers. */
  readonly counts?: boolean;
  /** The most arguments, where Go has fewer forms than the shared function. */
  readonly most?: number;
}

/**
 * A function of the shared table for Go templates. What it is given is plain data; what it gives is a template's again. Numbers
 * stay what they are, since the shared functions move most of them without a look.
 */
export function sharedFunction(data: GoData, name: string, crossing: Crossing): GoFunction {
  const row = functions[name];
  if (row === undefined) throw new Error(`there is no shared function ${name}`);
  const { least, type, counts = false, most = row.most } = crossing;
  return {
    call(scope, args) {
      const given = args.map((value) => {
        const plain = data.plain(value);
        return counts ? asNumbers(name, plain) : plain;
      });
      const result = row.call(scope, given);
      return type === undefined ? data.back(result) : data.of(result, type);
    },
    least,
    most,
    gives: row.gives,
    ...(Object.hasOwn(READS, name) && { reads: READS[name] }),
  };
}

/** The value with its integers as JavaScript's numbers, in depth. Throws for one that has no exact number. */
export function asNumbers(call: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    if (!Number.isSafeInteger(Number(value))) {
      throw cannot(call, 'the number is too large to be held exactly');
    }
    return Number(value);
  }
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return changed(value, (item) => asNumbers(call, item));
  const entries = Object.entries(value).map(([key, item]) => [key, asNumbers(call, item)] as const);
  const original = value as Readonly<Record<string, unknown>>;
  if (entries.every(([key, item]) => item === original[key])) return value;
  return Object.assign(Object.create(null) as object, Object.fromEntries(entries));
}

function changed(list: readonly unknown[], convert: (item: unknown) => unknown): unknown {
  const items = list.map(convert);
  return items.every((item, at) => item === list[at]) ? list : items;
}

/** A list or text that may be searched; what Go's templates give besides holds nothing. */
export function isSearchable(value: GoValue): boolean {
  return typeof value === 'string' || Array.isArray(value);
}
