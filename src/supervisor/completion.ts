import type { Member } from './member.ts';
import { isLate } from './stop-order.ts';

/** Whether a program without a main job is over: nobody is left who may do anything by itself. */
export function isComplete(members: readonly Member[]): boolean {
  const workers = members.filter(
    (member) => member.settings.role !== 'coprocess' && !isHook(member) && !isLate(member),
  );
  if (workers.length === 0 || workers.some(({ settings }) => settings.role === 'main'))
    return false;
  return workers.every((member) => member.job.state.name === 'done' || isHopeless(member, members));
}

/** It waits for something that a job which is done will not announce any more. */
function isHopeless({ settings: { when }, job }: Member, members: readonly Member[]): boolean {
  if (job.state.name !== 'waiting' || when.kind !== 'event') return false;
  const source = members.find(({ settings }) => settings.name === when.source);
  return source?.job.state.name === 'done';
}

function isHook({ settings: { role } }: Member): boolean {
  return role === 'preStart' || role === 'preStop' || role === 'postStop';
}
