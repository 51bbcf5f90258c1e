import type { SupervisorSettings } from './settings.ts';

/** How long it may take until jobs begin: what is waited for, then preStart. Infinity where a part of it has no limit. */
export function longestStartMs({
  waitFor,
  jobs,
}: Pick<SupervisorSettings, 'waitFor' | 'jobs'>): number {
  const hooks = jobs.filter(({ role }) => role === 'preStart');
  return (
    Math.max(0, ...waitFor.map(({ timeoutMs = Infinity }) => timeoutMs)) +
    hooks.reduce((sum, { timeoutMs = Infinity }) => sum + timeoutMs, 0)
  );
}
