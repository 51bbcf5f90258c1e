import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Clock ticks in a second: 100 on every Linux that Node runs on (`getconf CLK_TCK`). */
const TICKS_PER_SECOND = 100;
const ESTABLISHED = '01';

/** The most memory that a process ever had resident, in bytes; `undefined` once it has ended. proc(5), VmHWM. */
export function peakMemoryBytes(pid: number): number | undefined {
  return statusBytes(pid, 'VmHWM');
}

/** The memory that a process has resident now, in bytes; `undefined` once it has ended. proc(5), VmRSS. */
export function residentMemoryBytes(pid: number): number | undefined {
  return statusBytes(pid, 'VmRSS');
}

/** User and system time that a process has used, all threads, in milliseconds, in steps of ten. proc(5), utime and stime. */
export function cpuTimeMs(pid: number): number {
  return ticksMs(pid, 11);
}

/** The same of all children of ours that have ended, with theirs. proc(5), cutime and cstime. */
export function endedChildrenCpuMs(): number {
  return ticksMs('self', 13);
}

/** Two fields of a process's record, added up; they are counted from the third on. */
function ticksMs(process: number | 'self', first: number): number {
  const stat = readFileSync(`/proc/${process}/stat`, 'utf8');
  // The second field is the program's name in parentheses, and may hold blanks.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return ((Number(fields[first]) + Number(fields[first + 1])) * 1000) / TICKS_PER_SECOND;
}

/** How many connections to a port of this machine are open, counted at the client's end. */
export function connectionsTo(port: number): number {
  return inodesTo(port).length;
}

/** How many connections to a port of this machine a process holds open. 0 once it has ended. */
export function connectionsOf(pid: number, port: number): number {
  const inodes = new Set(inodesTo(port));
  let files: string[];
  try {
    files = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return 0;
  }
  return files.filter((file) => {
    try {
      const [, inode] = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${file}`)) ?? [];
      return inode !== undefined && inodes.has(inode);
    } catch {
      // Closed meanwhile.
      return false;
    }
  }).length;
}

/** The sockets at the client's end of open connections to a port. proc(5), /proc/net/tcp: the tenth field is the inode. */
function inodesTo(port: number): string[] {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return ['tcp', 'tcp6']
    .flatMap((table) => readFileSync(`/proc/net/${table}`, 'utf8').split('\n').slice(1))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , to, state]) => to?.endsWith(remote) === true && state === ESTABLISHED)
    .flatMap((fields) => fields[9] ?? []);
}

function statusBytes(pid: number, field: string): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}
