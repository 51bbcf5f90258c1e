import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../test/support/wait-until.ts';
import { MeasuredProcess } from '../measured-process.ts';
import { connectionsTo, cpuTimeMs, residentMemoryBytes } from '../proc.ts';
import type { IdleOutcome, Role } from '../results.ts';
import { renderedCount, type Fact } from '../workspace.ts';
import type { Setting } from './setting.ts';

const KEYS = 100;
const SERVICES = 100;
const READY_TIMEOUT_MS = 30_000;

/** Somebody who is left alone. */
interface Idler {
  readonly name: string;
  readonly role: Role;
  readonly command: readonly [string, ...string[]];
  readonly renderedCount: () => Promise<number>;
  readonly files: number;
}

/** What 200 templates cost while nothing changes: one watches each of 100 keys and 100 services. One contender at a time. */
export async function measureIdle(setting: Setting): Promise<IdleOutcome[]> {
  const facts = await fillCatalog(setting);
  const idlers: Idler[] = [
    {
      ...{ name: 'node, idle', role: 'baseline', files: 0, renderedCount: async () => 0 },
      command: [process.execPath, '-e', 'setInterval(() => {}, 2 ** 30)'],
    },
  ];
  for (const contender of setting.contenders) {
    const renderings = await setting.workspace.prepare(contender, facts);
    idlers.push({
      ...{ name: contender.name, role: contender.role, files: facts.length },
      command: contender.command(setting.origin, renderings, 'watch'),
      renderedCount: () => renderedCount(renderings),
    });
  }
  const results: IdleOutcome[] = [];
  for (const idler of idlers) results.push(await measure(idler, setting));
  return results;
}

async function fillCatalog({ newClient }: Setting): Promise<Fact[]> {
  const keys = Array.from({ length: KEYS }, (_, index) => `bench/idle/${index}`);
  const services = Array.from({ length: SERVICES }, (_, index) => `bench-${index}`);
  const client = newClient();
  try {
    await client.putKeys(keys, 'a value');
    for (const [index, name] of services.entries()) await client.register(name, 8000 + index);
  } finally {
    client.close();
  }
  return [
    ...keys.map((name): Fact => ({ kind: 'key', name })),
    ...services.map((name): Fact => ({ kind: 'service', name })),
  ];
}

async function measure(idler: Idler, { options, port }: Setting): Promise<IdleOutcome> {
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

async function untilReady(idler: Idler, child: MeasuredProcess): Promise<void> {
  let rendered = 0;
  await waitUntil(
    async () => {
      if (!child.isRunning) throw new Error(`it ended: ${child.errorOutput}`);
      return (rendered = await idler.renderedCount()) === idler.files;
    },
    { timeoutMs: READY_TIMEOUT_MS, what: `${idler.files} files` },
  ).catch((error: unknown) => {
    if (!child.isRunning) throw error;
    throw new Error(
      `${rendered} of ${idler.files} files after ${READY_TIMEOUT_MS / 1000} s, with ${idler.files} questions open`,
    );
  });
}
