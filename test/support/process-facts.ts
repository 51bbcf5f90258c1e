/** What Linux says about running processes (proc(5)). */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** The processes whose environment held this text when they were started. */
export function processesWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => readQuietly(`/proc/${pid}/environ`).includes(text))
    .map(Number);
}

/** The children of a process that have not been waited for. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      // The state and the parent are behind the name, which may hold brackets.
      const record = readQuietly(`/proc/${name}/stat`);
      return record.slice(record.lastIndexOf(')') + 2).split(' ')[1] === String(pid);
    })
    .map(Number);
}

/** What a process has open, as /proc names it: paths, `socket:[…]`, `pipe:[…]`, `anon_inode:…`. */
export function openFiles(pid: number): string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).flatMap((name) => {
    try {
      return readlinkSync(`${folder}/${name}`);
    } catch {
      // Closed since it was listed.
      return [];
    }
  });
}

/** How many IPv4 connections a process holds to a port, in whatever state. */
export function connectionsTo(pid: number, port: number): number {
  const mine = new Set(
    openFiles(pid).flatMap((file) => /^socket:\[(\d+)\]$/.exec(file)?.[1] ?? []),
  );
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  return readQuietly('/proc/net/tcp')
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[2]?.endsWith(`:${hexPort}`) === true && mine.has(fields[9] ?? ''))
    .length;
}

/** The words of a process; empty where it ended, or is a zombie. */
export function commandLineOf(pid: number): string {
  return readQuietly(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

/** Whether every thread of a process has been stopped, which takes a moment (proc(5)). */
export function standsStill(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).every((task) => {
    const record = readFileSync(`/proc/${pid}/task/${task}/stat`, 'utf8');
    return record.slice(record.lastIndexOf(')') + 2).startsWith('T');
  });
}

/** The most memory that a process ever had in RAM, in bytes. */
export function peakMemory(pid: number): number {
  const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readQuietly(`/proc/${pid}/status`))?.[1];
  return Number(kilobytes) * 1024;
}

function readQuietly(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It ended, or is another user's.
    return '';
  }
}
