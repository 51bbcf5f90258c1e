import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { runCommand } from '../process/command.ts';
import { commandLabel } from '../process/command-line.ts';
import { commandEnvironment } from '../process/environment.ts';
import { applyEnvironmentRules, type EnvironmentRules } from '../process/environment-rules.ts';
import { findProgram } from '../process/find-program.ts';
import type { OutputStream } from '../process/output-budget.ts';
import type { CommandResult } from '../process/result.ts';
import type { Reload } from './reload.ts';

/** The system grants one variable 128 KiB (MAX_ARG_STRLEN); a command must not fail to start because too much changed. */
const LONGEST_VARIABLE_BYTES = 100_000;

/** What a reload's command is run with. */
export interface RunReloadOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What every command is told beside that, credentials too. */
  readonly told: Readonly<Record<string, string>>;
  readonly clock: Clock;
  /** Nothing is waited for that only spreads the load. */
  readonly once: boolean;
  /** Takes the command's output, line by line, unless that is passed on. */
  readonly logger: Logger;
  /** Takes the command's output instead of the log. */
  readonly passOn?: ((stream: OutputStream, line: string) => void) | undefined;
  /** Hides the secrets of all files: a command may print any of them. What follows a file that is secret as a whole is not logged at all. */
  readonly mask: (text: string) => string;
  /** Kills the command in the very moment when it aborts. */
  readonly insist: AbortSignal;
}

/**
 * Runs the command of a reload to its end. It learns what changed from its environment: `AUTOTMPL_TARGETS` names the files, one a
 * line, `AUTOTMPL_REASON` the queries.
 */
export async function runReload(
  reload: Reload,
  options: RunReloadOptions,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { logger, passOn, mask, insist, clock, once } = options;
  const { splayMs = 0, killSignal, killAfterMs } = reload.rules ?? {};
  const command = commandLabel(reload.command);
  const secret = reload.targets.find((target) => target.secret);
  const env = reloadEnvironment(reload, options);
  if (splayMs > 0 && !once) await clock.sleep(splayMs * Math.random(), signal);
  const result = await runCommand(findProgram(reload.command, env), {
    env,
    timeoutMs: reload.timeoutMs,
    ...(killSignal !== undefined && { killSignal }),
    ...(killAfterMs !== undefined && { killAfterMs }),
    signal,
    insist,
    onLine: (stream, line) => {
      if (secret !== undefined) return;
      if (passOn === undefined) logger.info(mask(line), { command, stream });
      else passOn(stream, mask(line));
    },
  });
  if (secret !== undefined && result.tail.length > 0) {
    logger.info(`what ${command} printed is not logged, since ${secret.label} is secret`, {
      command,
    });
  }
  return result;
}

/** What a reload's command, and whatever follows it, finds in its environment. */
export function reloadEnvironment(
  { targets, reasons, rules }: Reload,
  options: Pick<RunReloadOptions, 'environment' | 'told'>,
): Record<string, string> {
  const files = targets.map((target) => target.destination ?? target.label);
  const why = reasons.length === 0 ? ['first rendering'] : reasons;
  return {
    ...environmentOf(options, rules?.environment),
    AUTOTMPL_TARGETS: joined(files, '\n'),
    AUTOTMPL_REASON: joined(why.map(printable), ', '),
  };
}

/** Whoever makes rules of their own has the whole environment to choose from. */
function environmentOf(
  { environment, told }: Pick<RunReloadOptions, 'environment' | 'told'>,
  rules: EnvironmentRules | undefined,
): Record<string, string> {
  if (rules === undefined) return commandEnvironment(environment, told);
  const whole = Object.entries({ ...environment, ...told }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return applyEnvironmentRules(Object.fromEntries(whole), rules);
}

/** As many of the words as fit. */
function joined(words: readonly string[], separator: string): string {
  let text = '';
  for (const word of words) {
    const longer = text === '' ? word : text + separator + word;
    if (Buffer.byteLength(longer) > LONGEST_VARIABLE_BYTES) return text;
    text = longer;
  }
  return text;
}

/** A query may hold a name from the catalog, and that may hold anything. */
function printable(text: string): string {
  return text.replace(/[\x00-\x1f\x7f-\x9f]/g, '?');
}
