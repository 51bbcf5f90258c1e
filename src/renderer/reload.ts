import type { CommandLine } from '../process/command-line.ts';
import type { RollingRules } from './safety.ts';
import type { CommandRules, Target } from './target.ts';

/** A command that is to run because files changed. */
export interface Reload {
  readonly command: CommandLine;
  readonly timeoutMs: number;
  readonly rules?: CommandRules;
  /** The targets whose change asks for it. */
  readonly targets: readonly Target[];
  /** Why: the queries that changed. */
  readonly reasons: readonly string[];
}

/** What has to run because a target's file changed for these reasons: nothing, or its command. */
export function reloadsOf(target: Target, reasons: readonly string[] = []): Reload[] {
  const { command, commandTimeoutMs: timeoutMs, commandRules: rules } = target;
  if (command === undefined) return [];
  return [
    { command, timeoutMs, ...(rules !== undefined && { rules }), targets: [target], reasons },
  ];
}

/** Which hosts may run it at a time: the same for all of its targets that say so. */
export function rollingOf({ targets }: Reload): RollingRules | undefined {
  return targets.find(({ rolling }) => rolling !== undefined)?.rolling;
}

/** No command is told more reasons than this. */
const MOST_REASONS = 50;

/** One run in place of two of the same command. */
export function mergeReloads(first: Reload, second: Reload): Reload {
  if (first === second) return first;
  return {
    command: first.command,
    ...(first.rules !== undefined && { rules: first.rules }),
    timeoutMs: Math.max(first.timeoutMs, second.timeoutMs),
    targets: [...new Set([...first.targets, ...second.targets])],
    reasons: [...new Set([...first.reasons, ...second.reasons])].slice(0, MOST_REASONS),
  };
}
