import type { RunEnd } from './job-life.ts';

/** How a run ended, as the end of a sentence. */
export function describeEnd(end: RunEnd): string {
  if ('couldNotStart' in end) return `could not be started: ${end.couldNotStart}`;
  return 'signal' in end ? `was ended by ${end.signal}` : `ended with exit code ${end.code}`;
}

/** Why a job has no process, for those who look in the catalog. */
export function describeAbsence(lastEnd: RunEnd | undefined): string {
  return lastEnd === undefined ? 'its process does not run' : `its process ${describeEnd(lastEnd)}`;
}
