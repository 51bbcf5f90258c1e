import { queryId, type Query } from '../../catalog/query.ts';
import type { Value } from '../../catalog/values.ts';
import type { Recall } from '../../template/engine.ts';
import type { ByName } from '../safety.ts';
import type { MadeOf } from '../ledger.ts';
import { listingOf, type Listing } from './listing.ts';
import { ALL_OTHERS } from './names.ts';
import { isMet } from './is-met.ts';

/** Whoever registers and removes without end shall not fill our memory: of what is gone, the oldest is let go. */
const MOST_KEPT = 10_000;

/** What the grace works with. */
export interface RemovalGraceOptions {
  readonly rules: ByName<number>;
  readonly recall: Recall;
  /** What a query was answered with before this began, by its id; undefined where nobody knows. */
  readonly known: (id: string) => Value | undefined;
  /** What an earlier one of the same file remembered: time that has begun goes on under other rules. */
  readonly memories: GraceMemories;
  readonly nowMs: () => number;
}

/** What is remembered of each query, by its id. */
export type GraceMemories = Map<string, Memory>;

interface Kept {
  readonly item: unknown;
  readonly goneAtMs: number;
  /** Names that a rule may have it by, the most telling first. */
  readonly names: readonly string[];
}

interface Memory {
  /** As the catalog has it. */
  value: Value | undefined;
  /** As templates see it. */
  shown: Value;
  /** What is gone, and still seen. */
  readonly kept: Map<string, Kept>;
}

/**
 * A lens before what is known: whatever is gone is still seen for a while, as it was last. What is new, or is back, is seen at once. An
 * instance that is ill counts as gone, also where the query lists it.
 */
export class RemovalGrace {
  readonly #options: RemovalGraceOptions;
  readonly #memories: GraceMemories;
  #unmet: readonly string[];

  constructor(options: RemovalGraceOptions) {
    this.#options = options;
    this.#memories = options.memories;
    this.#unmet = [...options.rules.keys()].filter((name) => name !== ALL_OTHERS);
  }

  /** Recalls as templates shall see it. */
  readonly recall: Recall = (query) => {
    const answer = this.#options.recall(query);
    const listing = listingOf(query);
    if (answer?.value === undefined || listing === undefined) return answer;
    return { ...answer, value: this.#look(query, listing, answer.value) } as typeof answer;
  };

  /** How many things are seen that are gone. */
  get kept(): number {
    let count = 0;
    for (const { kept } of this.#memories.values()) count += kept.size;
    return count;
  }

  /** When the first of them is not seen any more; undefined where there is none. */
  get endsMs(): number | undefined {
    let first: number | undefined;
    for (const { kept } of this.#memories.values()) {
      for (const one of kept.values()) {
        const untilMs = this.#untilMs(one);
        first = Math.min(first ?? untilMs, untilMs);
      }
    }
    return first;
  }

  /** Whether nothing that texts were made of so far goes by a name of the rules. */
  get isIdle(): boolean {
    return this.#unmet.length === this.#options.rules.size;
  }

  /** Names of the rules that nothing went by so far. */
  get idleNames(): readonly string[] {
    return this.#unmet;
  }

  /** A text is made of this: forgets all other queries. */
  keepOnly(used: ReadonlyMap<string, Query>, madeOf: MadeOf): void {
    for (const id of [...this.#memories.keys()]) if (!used.has(id)) this.#memories.delete(id);
    this.#unmet = this.#unmet.filter((name) => !isMet(name, used, madeOf));
  }

  #look(query: Query, listing: Listing, value: Value): Value {
    const id = queryId(query);
    const nowMs = this.#options.nowMs();
    const known = this.#memories.get(id);
    const memory = known ?? this.#begin(id, value);
    const isNew = memory.value !== value;
    if (isNew) this.#take(query, listing, memory, value, nowMs);
    let ended = false;
    for (const [item, one] of memory.kept) {
      if (this.#untilMs(one) <= nowMs) ended = memory.kept.delete(item);
    }
    if (isNew || ended) {
      memory.shown = memory.kept.size === 0 ? value : withKept(query, listing, value, memory);
    }
    return memory.shown;
  }

  #begin(id: string, value: Value): Memory {
    const shown = this.#options.known(id) ?? value;
    const memory: Memory = { value: undefined, shown, kept: new Map() };
    this.#memories.set(id, memory);
    return memory;
  }

  /** Takes note of what is gone since the last look, and of what is back. */
  #take(query: Query, listing: Listing, memory: Memory, value: Value, nowMs: number): void {
    const there = new Set(
      listing.items(value as never).flatMap((item) => {
        return listing.isThere(item) ? listing.idOf(item) : [];
      }),
    );
    for (const item of listing.items(memory.shown)) {
      const id = listing.idOf(item);
      if (!listing.isThere(item) || there.has(id) || memory.kept.has(id)) continue;
      const kept = { item, goneAtMs: nowMs, names: listing.names(query, item) };
      if (this.#untilMs(kept) > nowMs) memory.kept.set(id, kept);
    }
    for (const id of [...memory.kept.keys()]) if (there.has(id)) memory.kept.delete(id);
    for (const id of memory.kept.keys()) {
      if (memory.kept.size <= MOST_KEPT) break;
      memory.kept.delete(id);
    }
    memory.value = value;
  }

  #untilMs({ goneAtMs, names }: Kept): number {
    const { rules } = this.#options;
    const name = names.find((one) => rules.has(one)) ?? ALL_OTHERS;
    return goneAtMs + (rules.get(name) ?? 0);
  }
}

function withKept(query: Query, listing: Listing, value: Value, { kept, shown }: Memory): Value {
  const listed = listing.items(value as never).filter((item) => !kept.has(listing.idOf(item)));
  const items = [...listed, ...[...kept.values()].map(({ item }) => item)];
  const order = listing.order(query);
  if (order !== undefined) items.sort(order);
  return listing.withItems(value, items, shown);
}
