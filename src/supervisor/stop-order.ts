import type { Member } from './member.ts';

/** A hook or another job that runs because one stops: it is not stopped with the others, but waited for. */
export function isLate({ settings: { when } }: Member): boolean {
  return when.kind === 'event' && (when.code === 'stopping' || when.code === 'stopped');
}

/** Runs again and again beside the others: nobody waits for a task at the end. */
export function isTask({ settings: { when, exec } }: Member): boolean {
  return when.kind === 'interval' && exec !== undefined;
}

/** Jobs that run when this one stops (`stopping`), or has stopped. */
export function lateJobsOf(
  source: string,
  code: 'stopping' | 'stopped',
  members: Iterable<Member>,
): readonly Member[] {
  return [...members].filter(({ settings: { when } }) => {
    return when.kind === 'event' && when.source === source && when.code === code;
  });
}

/**
 * In which order jobs are stopped: wave after wave, those of one wave together. Whoever waited for another before it began is
 * stopped before it; coprocesses (a Consul agent, say) are stopped after all that are none. Who waits for each other in a circle
 * is stopped together.
 */
export function stopWaves(members: Iterable<Member>): readonly (readonly Member[])[] {
  let left = [...members];
  const waves: Member[][] = [];
  while (left.length > 0) {
    const needed = new Set(left.flatMap((member) => neededBy(member, left)));
    const free = left.filter((member) => !needed.has(member));
    const wave = free.length > 0 ? free : left;
    waves.push(wave);
    left = left.filter((member) => !wave.includes(member));
  }
  return waves;
}

function neededBy(member: Member, members: readonly Member[]): readonly Member[] {
  const { when, role } = member.settings;
  return members.filter((other) => {
    if (other === member) return false;
    if (when.kind === 'event' && when.source === other.settings.name) return true;
    return other.settings.role === 'coprocess' && role !== 'coprocess';
  });
}
