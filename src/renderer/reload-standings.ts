import { commandLabel } from '../process/command-line.ts';
import type { OwedReload } from './owed-reloads.ts';
import type { Reload } from './reload.ts';

/** How a command stands that has not ended well. */
export interface ReloadStanding {
  readonly command: string;
  /** `waiting`: for its turn among the hosts. `owed`: it failed and is tried again later; the files are newer than what runs. */
  readonly state: 'running' | 'queued' | 'waiting' | 'owed';
  /** The targets that it is for, by their labels. */
  readonly targets: readonly string[];
  /** Why it is owed, or what it waits for. */
  readonly reason?: string;
}

/** What there is of commands that have not ended well; by their labels where there may be several. */
interface Unended {
  readonly owed: ReadonlyMap<string, OwedReload>;
  readonly queue: ReadonlyMap<string, Reload>;
  /** What a queued one waits for among the hosts; undefined where it waits for none of them. */
  readonly waitingFor: (label: string) => string | undefined;
  readonly running: Reload | undefined;
}

/**
 * The commands that have not ended well, each in the state that it is in now: one that is owed and asked for again is queued, or running.
 * The reason why it is owed stays with it.
 */
export function reloadStandings({
  owed,
  queue,
  waitingFor,
  running,
}: Unended): readonly ReloadStanding[] {
  const known = new Map<string, ReloadStanding>();
  for (const [command, { reload, reason }] of owed) {
    known.set(command, { ...standingOf(command, 'owed', reload), reason });
  }
  for (const [command, reload] of queue) {
    const reason = waitingFor(command);
    const state = reason === undefined ? 'queued' : 'waiting';
    known.set(command, {
      ...known.get(command),
      ...standingOf(command, state, reload),
      ...(reason !== undefined && { reason }),
    });
  }
  if (running !== undefined) {
    const command = commandLabel(running.command);
    known.set(command, { ...known.get(command), ...standingOf(command, 'running', running) });
  }
  return [...known.values()];
}

function standingOf(
  command: string,
  state: ReloadStanding['state'],
  { targets }: Reload,
): ReloadStanding {
  return { command, state, targets: targets.map(({ label }) => label) };
}
