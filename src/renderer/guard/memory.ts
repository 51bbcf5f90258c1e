import type { MadeOf } from '../ledger.ts';
import type { Target } from '../target.ts';
import { ChangeBudget } from './change-budget.ts';
import { IdleNames } from './idle-names.ts';
import { Objections } from './objections.ts';
import { RecentRemovals } from './recent-removals.ts';
import type { GraceMemories } from './removal-grace.ts';

/** How often a guard looked, and what came of it. */
export interface Tally {
  evaluated: number;
  objections: number;
  /** Milliseconds since the epoch. */
  lastObjectedMs?: number;
}

/** What the guards of one file remember. */
export class GuardMemory {
  readonly objections = new Objections();
  readonly removals = new RecentRemovals();
  readonly graces: GraceMemories = new Map();
  readonly budget = new ChangeBudget();
  readonly tallies = new Map<string, Tally>();
  /** Since when they hold the file. */
  heldSinceMs: number | undefined;
  /** Whether the budget of changes holds it, and no objection. */
  isDelayed = false;
  /** Data that was taken in spite of them, until the file is made of it. */
  released: { readonly madeOf: MadeOf; readonly by: 'time' | 'operator' } | undefined;

  /** The count of one guard. */
  tally(guard: string): Tally {
    const tally = this.tallies.get(guard) ?? { evaluated: 0, objections: 0 };
    this.tallies.set(guard, tally);
    return tally;
  }
}

/** What all guards remember. It outlives a config: one that is read again neither lifts an objection nor begins its time anew. */
export class GuardMemories {
  readonly #files = new Map<string, GuardMemory>();
  #idle = new IdleNames();

  /** Names that the guards of all targets share. */
  get idle(): IdleNames {
    return this.#idle;
  }

  of({ destination, label }: Target): GuardMemory {
    const name = destination ?? label;
    const memory = this.#files.get(name) ?? new GuardMemory();
    this.#files.set(name, memory);
    return memory;
  }

  /** From now on there are these targets, and no others. */
  begin(targets: readonly Target[]): void {
    const names = new Set(targets.map(({ destination, label }) => destination ?? label));
    for (const name of [...this.#files.keys()]) if (!names.has(name)) this.#files.delete(name);
    this.#idle = new IdleNames();
  }
}
