import { resolve } from 'node:path';
import type { QuietPeriod } from '../../renderer/target.ts';
import type { EnvironmentRules } from '../../process/environment-rules.ts';
import { AutotmplError } from '../../core/errors.ts';
import { withSlash } from '../deduplicate.ts';
import type { LogSettings } from '../log-settings.ts';
import type { DeduplicateSettings, ExecSettings, RunSettings } from '../run-settings.ts';
import type { FieldValues } from './field-values.ts';

/** How to run, as the fields say it. */
export function runSettings(values: FieldValues, cwd: string): RunSettings {
  const pidFile = values.get('path', 'pid_file');
  for (const path of ['kill_signal', 'reload_signal']) refuseUncatchable(values, path);
  return {
    once: values.need('flag', 'once'),
    parseOnly: values.need('flag', 'parseonly'),
    ...(pidFile !== undefined && { pidFile: resolve(cwd, pidFile) }),
    killSignal: values.need('signal', 'kill_signal'),
    reloadSignal: values.need('signal', 'reload_signal'),
  };
}

function refuseUncatchable(values: FieldValues, path: string): void {
  const signal = values.need('signal', path);
  if (signal !== 'SIGKILL' && signal !== 'SIGSTOP') return;
  const { origin } = values.said(path) ?? { origin: path };
  throw new AutotmplError(
    origin.startsWith('-') ? 'usage' : 'config',
    `${origin}: ${path}: nobody can listen to ${signal}`,
    { advice: 'name another signal' },
  );
}

/** The process of the exec mode; undefined where there is none. */
export function execSettings(
  values: FieldValues,
  told: Readonly<Record<string, string>>,
): ExecSettings | undefined {
  const command = values.get('command', 'exec.command');
  if (command === undefined || values.get('flag', 'exec.enabled') === false) return undefined;
  const reloadSignal = values.get('signal', 'exec.reload_signal');
  return {
    command,
    killSignal: values.need('signal', 'exec.kill_signal'),
    killTimeoutMs: values.need('duration', 'exec.kill_timeout'),
    ...(reloadSignal !== undefined && { reloadSignal }),
    splayMs: values.need('duration', 'exec.splay'),
    timeoutMs: values.need('duration', 'exec.timeout'),
    environment: environmentRules(values, told),
  };
}

/** How a process is ended where a config names no signal for it: CONT, which nobody notices who runs; then its time passes. */
export function endingSignal(signal: NodeJS.Signals | 'none'): NodeJS.Signals {
  return signal === 'none' ? 'SIGCONT' : signal;
}

/** `exec.env`, of the program or of a template; `told` is given in any case, as the custom ones are. */
export function environmentRules(
  values: FieldValues,
  told: Readonly<Record<string, string>>,
): EnvironmentRules {
  return {
    pristine: values.need('flag', 'exec.env.pristine'),
    custom: [
      ...Object.entries(told).map(([name, value]) => `${name}=${value}`),
      ...(values.get('texts', 'exec.env.custom') ?? []),
    ],
    allowlist: values.get('texts', 'exec.env.allowlist') ?? [],
    denylist: values.get('texts', 'exec.env.denylist') ?? [],
  };
}

/** How instances share their answers; undefined where they do not. */
export function deduplicateSettings(values: FieldValues): DeduplicateSettings | undefined {
  if (!isOn(values, 'deduplicate')) return undefined;
  return {
    prefix: withSlash(values.need('text', 'deduplicate.prefix')),
    ttlMs: values.need('duration', 'deduplicate.ttl'),
    maxStaleMs: values.need('duration', 'deduplicate.max_stale'),
    waitMs: values.need('duration', 'deduplicate.block_query_wait'),
  };
}

/** Where the log goes beside standard error. `naming` is how its files are called. */
export function logSinks(
  values: FieldValues,
  cwd: string,
  naming: 'plain' | 'stamped',
): Pick<LogSettings, 'file' | 'syslog'> {
  const written = values.get('path', 'log_file.path');
  return {
    ...(written !== undefined && {
      file: {
        path: resolve(cwd, written.endsWith('/') ? `${written}consul-template` : written),
        naming,
        rotateBytes: values.need('integer', 'log_file.log_rotate_bytes'),
        rotateDurationMs: values.need('duration', 'log_file.log_rotate_duration'),
        rotateMaxFiles: values.need('integer', 'log_file.log_rotate_max_files'),
      },
    }),
    ...(isOn(values, 'syslog') && {
      syslog: {
        facility: values.need('facility', 'syslog.facility'),
        name: values.need('text', 'syslog.name'),
      },
    }),
  };
}

/** Where MAX is not said, it is four times MIN. */
const MAX_FACTOR = 4;

/** `wait`, of the program or of a template; undefined where it says nothing. Throws an AutotmplError where MAX is less than MIN. */
export function quietOf(values: FieldValues): QuietPeriod | undefined {
  const isSaid = values.below('wait').length > 0;
  if (!isSaid) return undefined;
  const minMs = values.need('duration', 'wait.min');
  if (values.get('flag', 'wait.enabled') === false || minMs === 0) return { minMs: 0, maxMs: 0 };
  const maxMs = values.get('duration', 'wait.max') || minMs * MAX_FACTOR;
  if (maxMs >= minMs) return { minMs, maxMs };
  const origin = values.said('wait.max')?.origin ?? 'wait.max';
  throw new AutotmplError('config', `${origin}: wait.max: expected no less than wait.min`);
}

/** A section that is on where its `enabled` says so, or where that says nothing and anything else of it is said by a config. */
function isOn(values: FieldValues, section: string): boolean {
  const enabled = values.said(`${section}.enabled`);
  if (enabled !== undefined) return enabled.value === true;
  return values.below(section).length > 0;
}
