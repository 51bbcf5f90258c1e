import type { Member } from './member.ts';
import { isLate, isTask } from './stop-order.ts';

/**
 * The program's exit code once all has stopped: that of a postStop that failed, else the main process's. Without one (ContainerPilot
 * 3 has none) it is that of the only job that is neither a hook nor a task; several have no code together, and that is 0.
 */
export function exitCodeOf(members: Iterable<Member>): number {
  const all = [...members];
  const failed = all.find(
    ({ settings: { role }, job }) => role === 'postStop' && (job.exitCode ?? 0) !== 0,
  );
  if (failed !== undefined) return failed.job.exitCode ?? 0;
  const main = all.find(({ settings: { role } }) => role === 'main');
  if (main !== undefined) return main.job.exitCode ?? 0;
  const workers = all.filter(
    (member) =>
      member.settings.role === 'job' &&
      member.settings.exec !== undefined &&
      !isLate(member) &&
      !isTask(member),
  );
  const [only, another] = workers;
  return another === undefined ? (only?.job.exitCode ?? 0) : 0;
}
