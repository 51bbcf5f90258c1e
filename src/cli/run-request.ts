import { resolve } from 'node:path';
import type { Settings } from '../config/settings.ts';
import type { SettingsInvocation } from './invocation.ts';
import type { Program } from './program-name.ts';
import { RUN_SIGNALS, runSignals, type RunSignals } from './signals.ts';

/** How to run, as flags and config together say it. */
export interface RunRequest {
  readonly program: Program;
  readonly once: boolean;
  readonly parseOnly: boolean;
  readonly dry: boolean;
  readonly detailedExitcode: boolean;
  readonly timeoutMs: number | undefined;
  /** Absolute. */
  readonly pidFile: string | undefined;
  readonly signals: RunSignals;
  readonly killSignal: NodeJS.Signals | 'none';
}

/** Puts flags and config together; the flags win. */
export function runRequest({ program, run }: SettingsInvocation, settings: Settings): RunRequest {
  const said = settings.run;
  return {
    program,
    once: run.once ?? said?.once ?? false,
    parseOnly: run.parseOnly ?? said?.parseOnly ?? false,
    dry: run.dry,
    detailedExitcode: run.detailedExitcode,
    timeoutMs: run.timeoutMs,
    pidFile: run.pidFile === undefined ? said?.pidFile : resolve(run.pidFile),
    signals: said === undefined ? RUN_SIGNALS : runSignals(said),
    killSignal: said?.killSignal ?? 'none',
  };
}
