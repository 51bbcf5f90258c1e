import { describeError } from '../../core/errors.ts';
import type { Query } from '../../catalog/query.ts';
import type { GuardRules } from '../safety.ts';
import { census, type Counted, type Evidence } from './census.ts';
import { isInstanceQuery } from './listing.ts';
import { judgeMaxRemovedPercent } from './max-removed-percent.ts';
import { judgeMinInstances } from './min-instances.ts';
import { ALL_OTHERS } from './names.ts';
import { judgeNeverEmpty } from './never-empty.ts';
import type { GuardName, Objection } from './objections.ts';
import type { RecentRemovals } from './recent-removals.ts';
import { isUnlisted } from './unlisted.ts';

/** What the judges found. */
export interface Findings {
  readonly objections: readonly Objection[];
  /** The guards that had something to judge. */
  readonly evaluated: ReadonlySet<GuardName>;
  /** Names of guards that nothing goes by. */
  readonly idle: readonly { readonly guard: GuardName; readonly name: string }[];
  /** What is to be remembered of it if the file is replaced. */
  readonly removals: readonly Counted[];
}

/** What they judge by. */
export interface Bench {
  readonly rules: GuardRules;
  readonly removals: RecentRemovals;
  /** By which removals are recent. */
  readonly nowMs: number;
  /** Whether names may not be shown. */
  readonly areSecret: boolean;
}

/** One kind of guard. */
interface Judge {
  readonly guard: GuardName;
  readonly names: (rules: GuardRules) => Iterable<string>;
  /** What `*` stands for. */
  readonly isOther: (query: Query) => boolean;
  /** What there is against it, as a sentence. */
  readonly judge: (counted: Counted & { rule: string }, bench: Bench) => string | undefined;
}

const JUDGES: readonly Judge[] = [
  {
    guard: 'neverEmpty',
    names: ({ neverEmpty }) => neverEmpty,
    isOther: isInstanceQuery,
    judge: (counted, { areSecret }) => judgeNeverEmpty(counted, areSecret),
  },
  {
    guard: 'minInstances',
    names: ({ minInstances }) => minInstances.keys(),
    isOther: isInstanceQuery,
    judge: (counted, { rules, areSecret }) =>
      judgeMinInstances(counted, rules.minInstances.get(counted.rule) ?? 0, areSecret),
  },
  {
    guard: 'maxRemovedPercent',
    names: ({ maxRemovedPercent }) => maxRemovedPercent.keys(),
    // One key is there or not: a share of it says nothing.
    isOther: ({ kind }) => kind !== 'key',
    judge: (counted, { rules, removals, nowMs, areSecret }) => {
      const most = rules.maxRemovedPercent.get(counted.rule) ?? 100;
      const whole = removals.withThem(counted, nowMs);
      return judgeMaxRemovedPercent(whole, most, areSecret);
    },
  },
];

/** Has all guards of a target judge what its next file would be made of. One that fails objects: it cannot say that all is well. */
export function judgeAll(evidence: Evidence, bench: Bench): Findings {
  const objections: Objection[] = [];
  const evaluated = new Set<GuardName>();
  const idle: { guard: GuardName; name: string }[] = [];
  const removals: Counted[] = [];
  for (const { guard, names, isOther, judge } of JUDGES) {
    const named = [...names(bench.rules)];
    if (named.length === 0) continue;
    try {
      const counts = census(evidence, { names: named, isOther });
      for (const counted of counts) {
        evaluated.add(guard);
        const sentence = judge(counted, bench);
        if (sentence !== undefined) objections.push({ guard, key: counted.key, sentence });
      }
      if (guard === 'maxRemovedPercent') removals.push(...counts);
      const met = new Set(counts.map(({ rule }) => rule));
      for (const name of named) {
        if (name === ALL_OTHERS || met.has(name)) continue;
        const listed = guard === 'neverEmpty' ? isUnlisted(evidence, name) : 'nobody';
        if (listed === 'nobody') idle.push({ guard, name });
        else evaluated.add(guard);
        if (listed === 'missing') objections.push({ guard, key: name, sentence: unlisted(name) });
      }
    } catch (error) {
      evaluated.add(guard);
      const sentence = `the guard ${guard} failed, which is a defect of autotmpl: ${describeError(error)}`;
      objections.push({ guard, key: '', sentence });
    }
  }
  return { objections, evaluated, idle, removals };
}

function unlisted(name: string): string {
  return `${name} is not in the list of services, and must never be empty`;
}
