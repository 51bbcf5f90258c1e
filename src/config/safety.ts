import { parseDuration } from '../core/duration.ts';
import type { ByName, GuardRules, ProbeKind, SafetyRules } from '../renderer/safety.ts';
import { parseBudget } from './budget-text.ts';
import { SAFETY_DEFAULTS } from './defaults.ts';
import type { GuardContent } from './safety-schema.ts';
import type { TemplateContent } from './schema.ts';

/** What keeps the file of a checked entry of `templates` safe; `guards` are those of all templates. */
export function safetyRules(
  content: TemplateContent,
  guards: GuardContent | undefined,
): SafetyRules {
  const { format, check, probe, onFailure, fileGroup, onDrift, reload } = content;
  const kind = probe === undefined ? undefined : probeKind(probe);
  const guard = guardRules(guards, content.guard);
  return {
    ...(format !== undefined && { format }),
    ...(check !== undefined && {
      check: {
        command: check,
        timeoutMs: durationOf(content.checkTimeout ?? SAFETY_DEFAULTS.checkTimeout),
      },
    }),
    ...(kind !== undefined && {
      probe: {
        probe: kind,
        withinMs: durationOf(probe?.within ?? SAFETY_DEFAULTS.probeWithin),
      },
    }),
    ...(onFailure !== undefined && { onFailure }),
    ...(fileGroup !== undefined && { fileGroup }),
    ...(onDrift !== undefined && { onDrift }),
    ...(reload !== undefined && {
      rolling: {
        lock: reload.lock,
        limit: reload.limit ?? SAFETY_DEFAULTS.rolling.limit,
        splayMs: durationOf(reload.splay ?? SAFETY_DEFAULTS.rolling.splay),
        without: reload.without ?? SAFETY_DEFAULTS.rolling.without,
      },
    }),
    ...(guard !== undefined && { guard }),
  };
}

function probeKind({
  http,
  tcp,
  command,
  exec = command,
}: NonNullable<TemplateContent['probe']>): ProbeKind | undefined {
  if (http !== undefined) return { kind: 'http', url: http };
  if (tcp !== undefined) return { kind: 'tcp', address: tcp };
  return exec === undefined ? undefined : { kind: 'command', command: exec };
}

/** What a target says itself counts before what is said for all. Undefined where nothing is asked for. */
function guardRules(ofAll: GuardContent = {}, own: GuardContent = {}): GuardRules | undefined {
  const content = { ...ofAll, ...own };
  const shared = new Set(Object.keys(ofAll).filter((key) => !(key in own)));
  const { neverEmpty = [], minInstances, maxRemovedPercent, removeAfter } = content;
  if (Object.keys(content).length === 0) return undefined;
  const maxChanges = content.maxChanges === undefined ? undefined : parseBudget(content.maxChanges);
  return {
    neverEmpty,
    minInstances: byName(minInstances, (least: number) => least),
    maxRemovedPercent: byName(maxRemovedPercent, (percent: number) => percent),
    removeAfterMs: byName(removeAfter, durationOf),
    ...(maxChanges !== undefined && { maxChanges }),
    ...(content.holdFor !== undefined && { holdForMs: durationOf(content.holdFor) }),
    ...(shared.size > 0 && { shared }),
  };
}

function byName<Written extends number | string, Value>(
  written: Written | Readonly<Record<string, Written>> | undefined,
  read: (one: Written) => Value,
): ByName<Value> {
  if (written === undefined) return new Map();
  if (typeof written !== 'object') return new Map([['*', read(written)]]);
  return new Map(Object.entries(written).map(([name, one]) => [name, read(one)]));
}

/** The schema has seen to it that it is one. */
function durationOf(written: string): number {
  return parseDuration(written) ?? 0;
}
