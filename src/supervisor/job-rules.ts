import type { JobSettings, RestartSettings } from './settings.ts';
import type { JobRules } from './job-life.ts';

/** Nothing is ever started again sooner: a loop without a delay burns the processor and fills the log. */
const LEAST_RESTART_DELAY_MS = 10;

/** What the table of transitions has to know of these settings. */
export function rulesOf(settings: JobSettings): JobRules {
  const { when, restarts, timeoutMs } = settings;
  return {
    hasExec: settings.exec !== undefined,
    repeats: repeatsOf(when),
    intervalFirst: when.kind === 'interval' ? when.first : 'now',
    intervalMs: when.kind === 'interval' ? when.intervalMs : 0,
    waits: when.kind === 'event',
    whenTimeoutMs: when.kind === 'event' ? when.timeoutMs : undefined,
    timeoutMs,
    maxRestarts: restarts.max,
    restartDelayMs: (attempt) => restartDelay(restarts, attempt),
    resetMs: restarts.resetMs,
  };
}

/** The delay before the restart after so many others in a row. */
function restartDelay(restarts: RestartSettings, attempt: number): number {
  const grown = restarts.delayMs * restarts.factor ** Math.min(attempt, 100);
  return Math.max(LEAST_RESTART_DELAY_MS, Math.min(grown, restarts.capMs));
}

function repeatsOf(when: JobSettings['when']): JobRules['repeats'] {
  if (when.kind === 'interval') return 'interval';
  return when.kind === 'event' && when.mode === 'each' ? 'each' : 'never';
}
