import type { Controlled, JobStatus } from './controlled.ts';

/**
 * Why the program is not ready: sentences, none where it is. It is ready when every file has been as it should be once, and the main
 * job runs and is healthy, or just runs where nobody checks it. What `/readyz` answers, and when systemd hears READY.
 */
export function reasonsAgainstReadiness(controlled: Controlled): string[] {
  if (!controlled.isAssembled()) return ['it starts'];
  const reasons: string[] = [];
  const files = controlled.files();
  if (files !== undefined && !files.ready) {
    const open = files.targets.filter(({ state }) => state !== 'current');
    reasons.push(
      open.length === 0
        ? 'the files have not all been rendered yet'
        : `not rendered yet: ${open.map(({ label, state }) => (state === 'held' ? `${label} (held)` : label)).join(', ')}`,
    );
  }
  const supervised = controlled.supervised()?.snapshot();
  if (supervised === undefined) return reasons;
  if (supervised.phase !== 'running') reasons.push(`the supervisor is ${supervised.phase}`);
  if (supervised.maintenance) {
    // Nobody's health is known then, and each job would say so again.
    reasons.push('maintenance');
    return reasons;
  }
  const main = supervised.jobs.find(({ role }) => role === 'main');
  if (main !== undefined) reasons.push(...reasonsAgainstJob(main));
  return reasons;
}

/** States of a job whose process is there and was not told to end. */
const RUNNING: ReadonlySet<string> = new Set(['running']);

/** Whether a job does what it is there for. */
export function isWell(job: JobStatus): boolean {
  return RUNNING.has(job.state) && (!job.hasCheck || job.status === 'healthy');
}

function reasonsAgainstJob(job: JobStatus): string[] {
  if (!RUNNING.has(job.state)) {
    const why = job.waitingFor ?? job.lastEnd;
    return [`${job.name} is ${job.state}${why === undefined ? '' : `: ${why}`}`];
  }
  return isWell(job) ? [] : [`${job.name} runs and is ${job.status}`];
}
