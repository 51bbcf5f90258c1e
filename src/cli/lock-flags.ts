import { flagSettings } from '../config/flag-values.ts';
import { durationFlag, isOn, lastValue, readFlag, type RawFlags } from '../config/raw-flags.ts';
import { parseDuration } from '../core/duration.ts';
import { AutotmplError } from '../core/errors.ts';
import { LOCK_FLAGS } from './lock-flag-table.ts';
import { collectFlags, normaliseFlags } from './go-flags.ts';
import type { Invocation } from './invocation.ts';

/** Consul's own defaults. */
const TTL_MS = 15_000;
const LOCK_DELAY_MS = 15_000;

/**
 * Reads what follows `autotmpl lock`: `[FLAGS] KEY [FLAGS] [--] COMMAND ARGS…`. The command begins at `--`, or as for `consul lock` at the
 * first word behind the key; nothing of it is taken for a flag of ours. Throws an AutotmplError (`usage`).
 */
export function parseLockLine(argv: readonly string[]): Invocation {
  // Both times the first word that is no flag ends what is ours.
  const before = normaliseFlags(argv, LOCK_FLAGS, () => true);
  const [key, ...others] = before.isMarked ? [] : (before.rest ?? []);
  const behind = normaliseFlags(others, LOCK_FLAGS, () => true);
  const raw = collectFlags([...before.words, ...behind.words]);
  const program = 'autotmpl';
  if (isOn(raw, 'help')) return { command: 'help', program };
  if (isOn(raw, 'version')) return { command: 'version', program };
  const words = behind.rest ?? [];
  if (key === undefined || words.length === 0) {
    throw new AutotmplError('usage', `lock needs ${key === undefined ? 'a key' : 'a command'}`, {
      advice: 'write autotmpl lock KEY -- COMMAND ARGS',
    });
  }
  const timeoutMs = durationOrZero(raw, 'timeout') ?? 0;
  return {
    command: 'lock',
    program,
    configPaths: raw.get('config') ?? [],
    flags: flagSettings(raw),
    key,
    words,
    name: lastValue(raw, 'name'),
    timeoutMs: timeoutMs === 0 ? undefined : timeoutMs,
    ttlMs: durationFlag(raw, 'session-ttl') ?? TTL_MS,
    lockDelayMs: durationOrZero(raw, 'lock-delay') ?? LOCK_DELAY_MS,
    shell: isOn(raw, 'shell'),
    childExitCode: isOn(raw, 'child-exit-code'),
  };
}

function durationOrZero(raw: RawFlags, name: string): number | undefined {
  return readFlag(raw, name, 'a duration such as "30s", or 0', parseDuration);
}
