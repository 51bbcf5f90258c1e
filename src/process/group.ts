import { readdir, readFile } from 'node:fs/promises';
import { systemCode } from '../core/errors.ts';
import { systemClock } from '../core/time.ts';

/** A group that was asked to end is looked at after this time, then after twice as long each time. */
const FIRST_LOOK_MS = 10;
const LAST_LOOK_MS = 160;
/** Most groups are gone by then, and nobody has to be looked up: reading all of /proc costs more than a short command does. */
const CHEAP_LOOKS = 2;
/** After SIGKILL only a process that hangs in the kernel is left; nobody waits for that one. */
const KILLED_WITHIN_MS = 500;
/** What is left of the grace when whoever waits is in a hurry. */
const HURRIED_GRACE_MS = 400;

/**
 * Ends a process group: SIGTERM (or the signal that it wants), then SIGKILL to whoever of it is left after `graceMs`, or soon
 * after `hurry` aborts; with a grace of 0, or less, SIGKILL at once. Resolves when nobody of it runs any more, or half a second
 * after SIGKILL at the latest.
 */
export async function endGroup(
  groupId: number,
  graceMs: number,
  hurry: AbortSignal,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<void> {
  if (graceMs > 0) {
    if (!signalGroup(groupId, signal)) return;
    // A stopped process takes no signal before it goes on.
    signalGroup(groupId, 'SIGCONT');
    if (await groupEnds(groupId, graceMs, hurry)) return;
  }
  signalGroup(groupId, 'SIGKILL');
  await groupEnds(groupId, KILLED_WITHIN_MS);
}

/** Ends a process group at once, with SIGKILL. Returns before anybody of it has gone; never throws. */
export function killGroup(groupId: number): void {
  try {
    signalGroup(groupId, 'SIGKILL');
  } catch {
    // Whoever calls this is about to end, and has no more to say.
  }
}

/** Signals everybody of a process group; returns whether there still was somebody. */
export function signalGroup(groupId: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-groupId, signal);
    return true;
  } catch (error) {
    // EPERM: it is there, and runs as another user.
    return systemCode(error) === 'EPERM';
  }
}

async function groupEnds(groupId: number, withinMs: number, hurry?: AbortSignal): Promise<boolean> {
  let deadline = performance.now() + withinMs;
  let hurried = false;
  for (let lookMs = FIRST_LOOK_MS, looks = 0; ; lookMs *= 2, looks += 1) {
    if (!(await groupRuns(groupId, looks >= CHEAP_LOOKS))) return true;
    if (hurry?.aborted === true && !hurried) {
      hurried = true;
      deadline = Math.min(deadline, performance.now() + HURRIED_GRACE_MS);
    }
    const leftMs = deadline - performance.now();
    if (leftMs <= 0) return false;
    await systemClock.sleep(Math.min(lookMs, LAST_LOOK_MS, leftMs));
  }
}

/**
 * A process that has ended takes signals until its parent has asked for its exit code, and orphans belong to process 1, which
 * in a container may take its time, or never ask. So whoever still takes signals is looked up.
 */
async function groupRuns(groupId: number, precisely: boolean): Promise<boolean> {
  if (!signalGroup(groupId, 0)) return false;
  if (!precisely) return true;
  const names = await readdir('/proc').catch(() => undefined);
  if (names === undefined) return true;
  const records = await Promise.all(
    names
      .filter((name) => /^\d+$/.test(name))
      .map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')),
  );
  return records.some((record) => isRunningMember(record, groupId));
}

/** Reads `pid (name) state parent group …` (proc(5)); the name may hold spaces and brackets. */
function isRunningMember(record: string, groupId: number): boolean {
  const [state, , group] = record.slice(record.lastIndexOf(')') + 2).split(' ');
  return group === String(groupId) && state !== 'Z' && state !== 'X';
}
