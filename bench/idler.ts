import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../test/support/wait-until.ts';
import { MeasuredProcess } from './measured-process.ts';
import { connectionsTo, cpuTimeMs, residentMemoryBytes } from './proc.ts';
import type { IdleOutcome, Role } from './results.ts';
import type { Setting } from './scenarios/setting.ts';

const READY_TIMEOUT_MS = 30_000;

/** Somebody who is left alone. */
export interface Idler {
  readonly name: string;
  readonly role: Role;
  readonly command: readonly [string, ...string[]];
  /** It is ready when so many of these are there. */
  readonly awaited: number;
  readonly of: string;
  readonly count: () => Promise<number>;
}

/** What nobody can be below. */
export const IDLE_NODE: Idler = {
  ...{ name: 'node, idle', role: 'baseline', awaited: 0, of: 'things', count: async () => 0 },
  command: [process.execPath, '-e', 'setInterval(() => {}, 2 ** 30)'],
};

/** Starts it, waits until it is ready, lets it come to rest, and looks what it costs for a while. */
export async function measureIdler(idler: Idler, { options, port }: Setting): Promise<IdleOutcome> {
  const { name: contender, role } = idler;
  const startedAt = performance.now();
  const child = new MeasuredProcess(idler.command);
  try {
    await untilReady(idler, child);
    const readyMs = performance.now() - startedAt;
    await sleep(options.idleSettleMs);
    const before = { at: performance.now(), cpuMs: cpuTimeMs(child.pid) };
    await sleep(options.idleWindowMs);
    const cpuMs = cpuTimeMs(child.pid) - before.cpuMs;
    return {
      ...{ contender, role },
      ...(role === 'baseline' ? {} : { readyMs, connections: connectionsTo(port) }),
      memoryBytes: residentMemoryBytes(child.pid) ?? 0,
      cpuPercent: (cpuMs / (performance.now() - before.at)) * 100,
    };
  } catch (error) {
    return { contender, role, failure: (error as Error).message };
  } finally {
    await child.stop().catch(() => undefined);
  }
}

async function untilReady({ awaited, of, count }: Idler, child: MeasuredProcess): Promise<void> {
  let seen = 0;
  await waitUntil(
    async () => {
      if (!child.isRunning) throw new Error(`it ended: ${child.errorOutput}`);
      return (seen = await count()) === awaited;
    },
    { timeoutMs: READY_TIMEOUT_MS, what: `${awaited} ${of}` },
  ).catch((error: unknown) => {
    if (!child.isRunning) throw error;
    throw new Error(`${seen} of ${awaited} ${of} after ${READY_TIMEOUT_MS / 1000} s`);
  });
}
