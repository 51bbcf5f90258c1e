import { formatDuration } from '../core/duration.ts';
import type {
  ByName,
  GuardRules,
  ProbeRules,
  RollingRules,
  SafetyRules,
} from '../renderer/safety.ts';

/** What keeps a target's file safe, in the words of our own config. */
export function safetyEntriesOf(rules: SafetyRules): readonly [key: string, value: unknown][] {
  const { format, check, probe, onFailure, fileGroup, onDrift, rolling, guard } = rules;
  return [
    ['format', format],
    ['check', check?.command],
    ['checkTimeout', check === undefined ? undefined : formatDuration(check.timeoutMs)],
    ['probe', probe === undefined ? undefined : probeEntry(probe)],
    ['onFailure', onFailure],
    ['fileGroup', fileGroup],
    ['onDrift', onDrift],
    ['reload', rolling === undefined ? undefined : rollingEntry(rolling)],
    ['guard', guard === undefined ? undefined : guardEntry(guard)],
  ];
}

function probeEntry({ probe, withinMs }: ProbeRules): unknown {
  const within = formatDuration(withinMs);
  switch (probe.kind) {
    case 'command':
      return { command: probe.command, within };
    case 'http':
      return { http: probe.url, within };
    case 'tcp':
      return { tcp: probe.address, within };
  }
}

function rollingEntry({ lock, limit, splayMs, without }: RollingRules): unknown {
  return { lock, limit, splay: formatDuration(splayMs), without };
}

function guardEntry(guard: GuardRules): unknown {
  const { neverEmpty, minInstances, maxRemovedPercent, removeAfterMs, maxChanges } = guard;
  return {
    ...(neverEmpty.length > 0 && { neverEmpty }),
    ...named('minInstances', minInstances, (least) => least),
    ...named('maxRemovedPercent', maxRemovedPercent, (percent) => percent),
    ...named('removeAfter', removeAfterMs, formatDuration),
    ...(maxChanges !== undefined && {
      maxChanges: `${maxChanges.count}/${formatDuration(maxChanges.withinMs)}`,
    }),
    ...(guard.holdForMs !== undefined && { holdFor: formatDuration(guard.holdForMs) }),
  };
}

function named<Value>(
  key: string,
  values: ByName<Value>,
  show: (value: Value) => unknown,
): Readonly<Record<string, unknown>> {
  if (values.size === 0) return {};
  return { [key]: Object.fromEntries([...values].map(([name, value]) => [name, show(value)])) };
}
