import { Deadline } from '../core/deadline.ts';
import { formatDuration } from '../core/duration.ts';
import { probeHttp } from '../probe/http.ts';
import { presentable } from '../probe/presentable.ts';
import type { Sight } from '../probe/sight.ts';
import { probeTcp } from '../probe/tcp.ts';
import { runCommand } from '../process/command.ts';
import { commandLabel, type CommandLine } from '../process/command-line.ts';
import { findProgram } from '../process/find-program.ts';
import { describeResult } from '../process/result.ts';
import type { Reload } from './reload.ts';
import { reloadEnvironment, type RunReloadOptions } from './run-reload.ts';
import type { ProbeKind, ProbeRules } from './safety.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1000;
/** A try that hangs leaves time for others, and one that is only slow is not cut off for that. */
const LEAST_TRY_MS = 2000;
const TRIES_AT_LEAST = 3;
/**
 * A success has to last so long, or half of the time that there is: a program that reloads at a signal answers with its old self for a moment, after
 * the command that sent it.
 */
const LONGEST_PROOF_MS = 1000;
/** Of what the last try was answered, so much is told. */
const TOLD_BYTES = 500;

/** What probes work with. */
export type ProbeReloadOptions = Pick<
  RunReloadOptions,
  'environment' | 'told' | 'clock' | 'mask' | 'insist'
>;

/**
 * Tries the probes of a reload's targets, each again and again until it succeeds and goes on to, or its time is over; equal ones count once. Resolves with a sentence
 * where one did not succeed, with what its last try said, and with undefined where all did. What follows a secret file is not quoted.
 */
export async function probeReload(
  reload: Reload,
  options: ProbeReloadOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const env = reloadEnvironment(reload, options);
  const hides = reload.targets.some(({ secret }) => secret);
  const failures = await Promise.all(
    distinct(reload).map(async (rules) => {
      const last = await tryUntilWell(rules, { ...options, env }, signal);
      if (last === undefined) return [];
      const told = hides ? last.said : [last.said, last.more ?? ''].join('\n');
      const text = presentable(options.mask(told), TOLD_BYTES).replace(/\s*\n\s*/g, ' | ');
      const within = formatDuration(rules.withinMs);
      return [
        `the probe after "${commandLabel(reload.command)}" did not succeed within ${within}: ${text}`,
      ];
    }),
  );
  const sentences = failures.flat();
  return sentences.length === 0 ? undefined : sentences.join('; ');
}

/** Each probe once, with the longest time that anybody grants it. */
function distinct({ targets }: Reload): readonly ProbeRules[] {
  const found = new Map<string, ProbeRules>();
  for (const { probe } of targets) {
    if (probe === undefined) continue;
    const key = JSON.stringify(probe.probe);
    const known = found.get(key);
    if (known === undefined || known.withinMs < probe.withinMs) found.set(key, probe);
  }
  return [...found.values()];
}

interface TryParts extends ProbeReloadOptions {
  readonly env: Readonly<Record<string, string>>;
}

/** Undefined where it succeeded; else what the last try found. */
async function tryUntilWell(
  { probe, withinMs }: ProbeRules,
  parts: TryParts,
  signal: AbortSignal,
): Promise<Sight | undefined> {
  const { clock } = parts;
  const whole = new Deadline(clock, withinMs, signal);
  const tryMs = Math.max(LEAST_TRY_MS, withinMs / TRIES_AT_LEAST);
  const proofMs = Math.min(LONGEST_PROOF_MS, withinMs / 2);
  let last: Sight = { ok: false, said: 'its first try did not end in that time' };
  let goodSinceMs: number | undefined;
  try {
    for (let pauseMs = FIRST_PAUSE_MS; !whole.signal.aborted;) {
      const one = new Deadline(clock, tryMs, whole.signal);
      const sight = await look(probe, parts, one.signal).finally(() => one.close());
      // A try that the end of the time cuts off says nothing.
      if (whole.signal.aborted && !sight.ok) break;
      last = sight;
      if (!sight.ok) goodSinceMs = undefined;
      else if (goodSinceMs === undefined) {
        goodSinceMs = clock.now();
        pauseMs = FIRST_PAUSE_MS;
      } else if (clock.now() - goodSinceMs >= proofMs) break;
      await clock.sleep(pauseMs, whole.signal);
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
    }
    return last.ok && !signal.aborted ? undefined : last;
  } finally {
    whole.close();
  }
}

async function look(probe: ProbeKind, parts: TryParts, signal: AbortSignal): Promise<Sight> {
  switch (probe.kind) {
    case 'http':
      return probeHttp(probe.url, { redirects: false }, signal);
    case 'tcp':
      return probeTcp(probe.address, signal);
    case 'command':
      return lookByCommand(probe.command, parts, signal);
  }
}

async function lookByCommand(
  command: CommandLine,
  { env, insist }: TryParts,
  signal: AbortSignal,
): Promise<Sight> {
  const result = await runCommand(findProgram(command, env), {
    env,
    // Whoever calls keeps the time.
    timeoutMs: Infinity,
    killAfterMs: 0,
    signal,
    insist,
    onLine: () => undefined,
  });
  return {
    ok: result.outcome === 'ok',
    said: describeResult(commandLabel(command), result),
    more: result.tail.join('\n'),
  };
}
