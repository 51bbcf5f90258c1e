import { formatDuration } from '../core/duration.ts';
import { exitCodeOfEnd } from '../process/long-process.ts';
import type { JobState, JobStateName, RunEnd } from './job-life.ts';
import type { JobSettings } from './settings.ts';

/** How a run ended, as the end of a sentence. */
export function describeEnd(end: RunEnd): string {
  if ('couldNotStart' in end) return `could not be started: ${end.couldNotStart}`;
  return 'signal' in end ? `was ended by ${end.signal}` : `ended with exit code ${end.code}`;
}

/** Why a job has no process, for those who look in the catalog. */
export function describeAbsence(lastEnd: RunEnd | undefined): string {
  return lastEnd === undefined ? 'its process does not run' : `its process ${describeEnd(lastEnd)}`;
}

/** What a job's `timedOut` means: a run took too long, or its time to begin is over. */
export function describeTimeout({ name, timeoutMs }: JobSettings, state: JobStateName): string {
  return state === 'killing' && timeoutMs !== undefined
    ? `${name} timeout after ${formatDuration(timeoutMs)}`
    : `${name} never ran: what it waited for did not come in time`;
}

/** What somebody has to look at: it failed in a row as often as it may. Undefined where that is not why its life ends. */
export function describeGivingUp(
  { name, restarts, when }: JobSettings,
  { next, lastEnd }: JobState,
): string | undefined {
  const isOver = next === 'rules' && lastEnd !== undefined && exitCodeOfEnd(lastEnd) !== 0;
  if (!isOver || restarts.max === 0 || when.kind === 'interval') return undefined;
  const times = `${restarts.max} restart${restarts.max === 1 ? '' : 's'} in a row`;
  return `${name} is given up after ${times}: it ${describeEnd(lastEnd)} (autotmpl start ${name} starts it again)`;
}
