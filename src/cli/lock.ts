import { hostname } from 'node:os';
import { loadSettingsWithOrigins } from '../config/load.ts';
import { describeError } from '../core/errors.ts';
import { systemClock } from '../core/time.ts';
import { LockedCommand } from '../daemon/locked-command.ts';
import type { EarlySignals } from './early-signals.ts';
import { EXIT, signalExitCode } from './exit-codes.ts';
import type { LockInvocation } from './invocation.ts';
import { settingsLogger } from './settings-logger.ts';
import { sourcesOf } from './sources.ts';

/** What goes on to the command: whatever would otherwise end us and leave it alone, with a lock that nobody renews. */
const PASSED_ON: readonly NodeJS.Signals[] = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
];
/** Whoever says one of these twice does not want to wait. */
const INSISTENT: ReadonlySet<NodeJS.Signals> = new Set(['SIGTERM', 'SIGINT']);

/** Runs a command while it holds a lock; returns the command's exit code, or one of ours where it did not run to its end. */
export async function lock(invocation: LockInvocation, early: EarlySignals): Promise<number> {
  const { settings } = await loadSettingsWithOrigins(sourcesOf(invocation));
  const { logger } = await settingsLogger(settings, invocation.program);
  const { key, words, name, ttlMs, lockDelayMs, timeoutMs, shell, childExitCode } = invocation;
  const command = new LockedCommand({
    ...{ settings, key, ttlMs, lockDelayMs },
    value: name ?? `${hostname()} ${process.pid}`,
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    command: shell ? words.join(' ') : words,
    environment: process.env,
    ...{ clock: systemClock, logger },
  });
  const stop = new AbortController();
  const silence = passSignalsOn(command, stop);
  early.handOver();
  try {
    const end = await command.run(stop.signal);
    switch (end.kind) {
      case 'ended':
        return childExitCode && end.code !== 0 ? EXIT.changes : end.code;
      case 'couldNotStart':
        logger.error(`${JSON.stringify(words[0])} could not be started: ${end.reason}`);
        return end.code;
      case 'lost':
        logger.error(`the command was ended: ${describeError(end.reason)}`, { key });
        return EXIT.lockLost;
    }
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason) throw error;
    return signalExitCode(stop.signal.reason as NodeJS.Signals);
  } finally {
    silence();
  }
}

/** Before there is a command, a signal that would end us ends the wait for the lock. */
function passSignalsOn(command: LockedCommand, stop: AbortController): () => void {
  let asked = false;
  const pass = (signal: NodeJS.Signals): void => {
    const insists = asked && INSISTENT.has(signal);
    asked ||= INSISTENT.has(signal);
    if (!command.signal(insists ? 'SIGKILL' : signal) && !signal.startsWith('SIGUSR')) {
      stop.abort(signal);
    }
  };
  for (const signal of PASSED_ON) process.on(signal, pass);
  return () => {
    for (const signal of PASSED_ON) process.removeListener(signal, pass);
  };
}
