import type { Logger } from '../core/logger.ts';
import type { StopLimit } from './budget.ts';
import type { Member } from './member.ts';
import type { JobSettings } from './settings.ts';

/** What preStart hooks are run with. */
export interface PreStartParts {
  readonly add: (settings: JobSettings) => Member;
  /** What the stop of a hook may take that runs when the program is told to stop. */
  readonly limit: () => StopLimit;
  readonly logger: Logger;
}

/**
 * Runs the preStart hooks, one after the other. Returns the program's exit code where nothing else may start: that of the hook that
 * failed, or that ran when the signal aborted.
 */
export async function runPreStart(
  jobs: readonly JobSettings[],
  { add, limit, logger }: PreStartParts,
  ending: AbortSignal,
): Promise<number | undefined> {
  for (const settings of jobs.filter(({ role }) => role === 'preStart')) {
    if (ending.aborted) return undefined;
    const { job } = add(settings);
    job.begin();
    const stop = (): void => void job.stop(limit());
    ending.addEventListener('abort', stop);
    await job.done();
    ending.removeEventListener('abort', stop);
    const code = job.exitCode ?? 0;
    if (ending.aborted) return code;
    if (code === 0) continue;
    const { name } = settings;
    logger.error(`${name} failed with ${code}: nothing else is started`, { job: name });
    return code;
  }
  return undefined;
}
