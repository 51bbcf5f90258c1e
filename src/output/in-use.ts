import { readFile, stat } from 'node:fs/promises';
import { systemCode } from '../core/errors.ts';

/** A write takes seconds at the most: whatever is older was left, whoever has its process id now. */
const LONGEST_WRITE_MS = 3_600_000;
/** The unit of times in /proc on every Linux that runs Node: USER_HZ (time(7)). */
const TICKS_PER_SECOND = 100;

/** Whether a process that may have made the file is still at it. With our own process id it is another's, which had it before. */
export async function inUse(path: string, pid: number): Promise<boolean> {
  if (pid === process.pid || !isAlive(pid)) return false;
  const madeAtMs = (await stat(path)).mtimeMs;
  if (Date.now() - madeAtMs > LONGEST_WRITE_MS) return false;
  // Process ids come again, in a container within seconds: who started after the file was made did not make it.
  const startedAtMs = await startOf(pid);
  return startedAtMs === undefined || startedAtMs <= madeAtMs + 1000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) !== 'ESRCH';
  }
}

/** When a process started, in milliseconds since the epoch; undefined where /proc does not say (proc(5)). */
async function startOf(pid: number): Promise<number | undefined> {
  try {
    const record = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The name of the program may hold spaces and brackets; the fields after it are plain. The 22nd field of all.
    const ticks = Number(record.slice(record.lastIndexOf(')') + 2).split(' ')[19]);
    const uptimeSeconds = Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);
    const startedAtMs = Date.now() - (uptimeSeconds - ticks / TICKS_PER_SECOND) * 1000;
    return Number.isFinite(startedAtMs) ? startedAtMs : undefined;
  } catch {
    return undefined;
  }
}
