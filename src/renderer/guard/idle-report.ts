import type { Logger } from '../../core/logger.ts';
import type { GuardRules } from '../safety.ts';
import type { Target } from '../target.ts';
import type { GuardMemories } from './memory.ts';
import { ALL_OTHERS } from './names.ts';
import type { GuardName } from './objections.ts';

/** A name of a guard that nothing goes by. */
export interface IdleName {
  readonly guard: GuardName | 'removeAfter';
  readonly name: string;
}

/** All of them: those of guards that judge, and those of `removeAfter`. */
export function allIdle(
  judged: readonly IdleName[],
  ofGrace: readonly string[] = [],
): readonly IdleName[] {
  return [...judged, ...ofGrace.map((name) => ({ guard: 'removeAfter', name }) as const)];
}

/** Warns of names that guard nothing: a misspelt one would be missed when it is needed. A name that all targets share is one that none asks for. */
export function tellOfIdle(
  target: Target,
  rules: GuardRules,
  idle: readonly IdleName[],
  { memories, logger }: { readonly memories: GuardMemories; readonly logger: Logger },
): void {
  const isIdle = (guard: string, name: string): boolean =>
    idle.some((one) => one.guard === guard && one.name === name);
  for (const { guard, name } of idle) {
    if (rules.shared?.has(guard) === true) continue;
    logger.warn(
      `the guard ${guard} of ${target.label} names ${name}, which its template does not ask for: it guards nothing`,
      { target: target.label },
    );
  }
  for (const [guard, name] of sharedNames(rules)) {
    if (!memories.idle.note(target.label, `${guard} ${name}`, !isIdle(guard, name))) continue;
    logger.warn(`the guard ${guard} names ${name}, which no template asks for: it guards nothing`);
  }
}

/** The names that a target's guards have in common with those of all others. */
export function sharedNames(
  rules: GuardRules,
): readonly (readonly [guard: string, name: string])[] {
  const names: Readonly<Record<IdleName['guard'], Iterable<string>>> = {
    neverEmpty: rules.neverEmpty,
    minInstances: rules.minInstances.keys(),
    maxRemovedPercent: rules.maxRemovedPercent.keys(),
    maxChanges: [],
    removeAfter: rules.removeAfterMs.keys(),
  };
  return Object.entries(names).flatMap(([guard, of]) =>
    rules.shared?.has(guard) === true
      ? [...of].filter((name) => name !== ALL_OTHERS).map((name) => [guard, name] as const)
      : [],
  );
}
