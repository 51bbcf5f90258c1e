import type { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import { commandLabel } from '../process/command-line.ts';
import { describeResult, type CommandResult } from '../process/result.ts';
import type { Reload } from './reload.ts';

/** Starts a command and waits for its end; never rejects. */
export type RunReload = (reload: Reload, signal: AbortSignal) => Promise<CommandResult>;

/** Looks whether what was reloaded works; resolves with why it does not, as a sentence. Never rejects. */
export type ProbeReload = (reload: Reload, signal: AbortSignal) => Promise<string | undefined>;

/** What became of one run of a command and of the probes that follow it. */
export type Attempt =
  | { readonly outcome: 'ok' }
  /** It was told to stop before anybody knew. */
  | { readonly outcome: 'stopped' }
  | { readonly outcome: 'failed'; readonly reason: string };

/** What an attempt works with. */
export interface AttemptParts {
  readonly run: RunReload;
  readonly probe: ProbeReload;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** Runs the command of a reload, then looks whether what it reloaded works. Says both; what a failure leads to is not its matter. */
export async function attemptReload(
  reload: Reload,
  { run, probe, bus, logger }: AttemptParts,
  signal: AbortSignal,
): Promise<Attempt> {
  const command = commandLabel(reload.command);
  const targets = reload.targets.map((target) => target.label);
  logger.info(`running: ${command}`, { targets });
  bus.emit('command:started', { command, targets });
  const result = await run(reload, signal);
  const { durationMs, droppedLines } = result;
  if (droppedLines > 0) {
    logger.warn(`${command} printed ${droppedLines} lines more than are logged`, { targets });
  }
  const ok = result.outcome === 'ok';
  bus.emit('command:ended', { command, ok, durationMs, targets });
  if (!ok) {
    if (signal.aborted) return { outcome: 'stopped' };
    return { outcome: 'failed', reason: describeResult(command, result) };
  }
  logger.info(`done: ${command}`, { durationMs: Math.round(durationMs) });
  if (!reload.targets.some((target) => target.probe !== undefined)) return { outcome: 'ok' };
  const reason = await probe(reload, signal);
  if (reason !== undefined && signal.aborted) return { outcome: 'stopped' };
  bus.emit('probe:ended', { command, ok: reason === undefined, targets });
  if (reason !== undefined) return { outcome: 'failed', reason };
  logger.info(`what follows ${command} works`, { targets });
  return { outcome: 'ok' };
}
