import type { Bus } from '../../core/bus.ts';
import type { Clock } from '../../core/time.ts';
import type { GuardRules } from '../safety.ts';
import type { Target } from '../target.ts';
import type { Findings } from './judges.ts';
import type { GuardMemory, Tally } from './memory.ts';

/** What a count works with. */
export interface CountOptions {
  readonly memory: GuardMemory;
  readonly clock: Clock;
  readonly bus: Bus;
}

/** How the guards of a file stand. */
export interface GuardReport {
  /** Since when they hold it, in milliseconds since the epoch. */
  readonly heldSinceMs?: number;
  readonly tallies: readonly (Tally & { readonly guard: string })[];
}

/** Counts how often each guard of a target looked and objected, and announces it. The count outlives a config, as all that guards remember. */
export class GuardCount {
  readonly #target: Target;
  readonly #rules: GuardRules;
  readonly #options: CountOptions;

  constructor(target: Target, rules: GuardRules, options: CountOptions) {
    this.#target = target;
    this.#rules = rules;
    this.#options = options;
  }

  /** A guard looked; `passed`: it has nothing against the file. */
  evaluated(guard: string, passed: boolean): void {
    const { memory, bus } = this.#options;
    memory.tally(guard).evaluated += 1;
    bus.emit('guard:evaluated', { target: this.#target.label, guard, passed });
  }

  /** All that judge have looked. */
  judged({ evaluated, objections }: Pick<Findings, 'evaluated' | 'objections'>): void {
    for (const guard of evaluated) {
      this.evaluated(guard, !objections.some((objection) => objection.guard === guard));
    }
  }

  /** A guard objects that did not before. */
  objected(guard: string): void {
    const { memory, clock } = this.#options;
    const tally = memory.tally(guard);
    tally.objections += 1;
    tally.lastObjectedMs = clock.now();
  }

  /** How the guards stand that the rules ask for, also those that never looked. */
  report(): GuardReport {
    const { heldSinceMs, tallies } = this.#options.memory;
    return {
      ...(heldSinceMs !== undefined && { heldSinceMs }),
      tallies: guardsOf(this.#rules).map((guard) => ({
        guard,
        ...(tallies.get(guard) ?? { evaluated: 0, objections: 0 }),
      })),
    };
  }
}

/** The guards that rules ask for, by their keys in the config. */
function guardsOf(rules: GuardRules): readonly string[] {
  const { neverEmpty, minInstances, maxRemovedPercent, removeAfterMs, maxChanges } = rules;
  return [
    ...(neverEmpty.length > 0 ? ['neverEmpty'] : []),
    ...(minInstances.size > 0 ? ['minInstances'] : []),
    ...(maxRemovedPercent.size > 0 ? ['maxRemovedPercent'] : []),
    ...(removeAfterMs.size > 0 ? ['removeAfter'] : []),
    ...(maxChanges === undefined ? [] : ['maxChanges']),
  ];
}
