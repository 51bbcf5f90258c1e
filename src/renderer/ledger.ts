import type { Query } from '../catalog/query.ts';
import type { Value } from '../catalog/values.ts';
import type { Recall } from '../template/engine.ts';
import type { Target } from './target.ts';

/** What a file was made of: the value of each query, by its id. */
export interface MadeOf extends ReadonlyMap<string, Value> {
  /** The queries themselves, by their ids; absent where nobody knows them. */
  readonly queries?: ReadonlyMap<string, Query>;
}

/** What a template saw of each query that it used. */
export function recallAll(used: ReadonlyMap<string, Query>, recall: Recall): MadeOf {
  const madeOf = new Map<string, Value>();
  for (const [id, query] of used) {
    const value = recall(query)?.value;
    if (value !== undefined) madeOf.set(id, value);
  }
  return Object.assign(madeOf, { queries: used });
}

/** The same, but for the value of one query. */
export function madeWith(madeOf: MadeOf, id: string, value: Value): MadeOf {
  const { queries } = madeOf;
  return Object.assign(new Map(madeOf).set(id, value), queries === undefined ? {} : { queries });
}

/** Whether both are the very same values: an equal answer keeps its object. */
export function areSame(first: MadeOf, second: MadeOf): boolean {
  if (first.size !== second.size) return false;
  return [...first].every(([id, value]) => second.has(id) && second.get(id) === value);
}

/** What each file was last made of. Guards compare new data with it, and a start may need it. */
export interface Ledger {
  /** What the file was made of when it was last put in place, or found to be right; undefined where nobody knows. */
  of(target: Target): MadeOf | undefined;
  /** The file is made of this now. */
  note(target: Target, madeOf: MadeOf): void;
}

/** Knows what happened while it lived: longer than one config, and no longer than the program. */
export class MemoryLedger implements Ledger {
  readonly #files = new Map<string, MadeOf>();

  of({ destination, label }: Target): MadeOf | undefined {
    return this.#files.get(destination ?? label);
  }

  note({ destination, label }: Target, madeOf: MadeOf): void {
    this.#files.set(destination ?? label, madeOf);
  }
}
