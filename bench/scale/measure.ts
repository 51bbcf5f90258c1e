import { readdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../test/support/wait-until.ts';
import { FolderArrivals } from '../arrivals.ts';
import type { Contender, Rendering } from '../contender.ts';
import type { CountedAgent } from '../counted-agent.ts';
import { MeasuredProcess } from '../measured-process.ts';
import { connectionsOf, cpuTimeMs, residentMemoryBytes } from '../proc.ts';
import type { ScaleOutcome } from '../results.ts';
import { distribution } from '../statistics.ts';
import { renderedCount, type Workspace } from '../workspace.ts';
import { BareWatch } from './bare-watch.ts';
import type { ScaleFacts } from './facts.ts';
import { Outsider } from './outsider.ts';
import type { ScalePace } from './pace.ts';

const LOOK_EVERY_MS = 200;
/** A fixed part, and one for each fact: nobody is waited for who cannot do it. */
const COLD_TIMEOUT_MS = { fixed: 60_000, perFact: 12 };
/** How long changes that are not in their files yet are waited for after the last. */
const LATE_TIMEOUT_MS = 60_000;

/** Who is measured, with what. */
export interface ScaleRun {
  readonly agent: CountedAgent;
  readonly facts: ScaleFacts;
  readonly workspace: Workspace;
  readonly contender: Contender;
  readonly pace: ScalePace;
}

/**
 * Starts a program with all files to make, waits for them, leaves it alone, and changes facts one by one, while somebody else
 * on the same address asks the agent, too.
 */
export async function measureScale(run: ScaleRun): Promise<ScaleOutcome> {
  const { agent, contender, facts, workspace } = run;
  const { keys, services, templates } = facts;
  const { transport } = agent;
  const { name, role } = contender;
  const size = { contender: name, role, transport, keys, services, templates };
  const renderings = await workspace.prepareSources(contender, facts.sources(contender));
  const outsider = new Outsider(agent);
  const startedAt = performance.now();
  const child = new MeasuredProcess(
    contender.command(agent.origin, renderings, 'watch', agent.flags),
  );
  let connections = 0;
  const look = setInterval(() => {
    connections = Math.max(connections, connectionsOf(child.pid, agent.port));
  }, LOOK_EVERY_MS);
  try {
    await untilRendered(child, renderings, facts);
    const coldMs = performance.now() - startedAt;
    const idle = await measureRest(child, run);
    const changed = await measureChanges(child, renderings, run);
    return {
      ...{ ...size, coldMs, ...idle, ...changed },
      memoryAfterBytes: residentMemoryBytes(child.pid) ?? 0,
      ...{ connections, outside: outsider.stop() },
    };
  } catch (error) {
    const failure = (error as Error).message;
    return { ...size, failure, connections, outside: outsider.stop() };
  } finally {
    clearInterval(look);
    outsider.stop();
    await child.stop();
  }
}

async function untilRendered(
  child: MeasuredProcess,
  renderings: readonly Rendering[],
  { keys, services }: ScaleFacts,
): Promise<void> {
  const timeoutMs = COLD_TIMEOUT_MS.fixed + (keys + services) * COLD_TIMEOUT_MS.perFact;
  const folder = folderOf(renderings);
  let seen = 0;
  await waitUntil(
    async () => {
      if (!child.isRunning) throw new Error(`it ended: ${child.errorOutput}`);
      // Looked at seldom and by name, so that the one that is measured keeps its core; a file has its name when it is whole.
      seen = (await readdir(folder)).filter((name) => /^\d+\.txt$/.test(name)).length;
      if (seen < renderings.length) await sleep(20);
      return seen === renderings.length;
    },
    { timeoutMs, what: 'all files' },
  ).catch((error: unknown) => {
    if (!child.isRunning) throw error;
    throw new Error(`${seen} of ${renderings.length} files after ${timeoutMs / 1000} s`);
  });
  const filled = await renderedCount(renderings);
  if (filled < renderings.length) throw new Error(`${renderings.length - filled} files are empty`);
}

async function measureRest(child: MeasuredProcess, { agent, pace }: ScaleRun) {
  await sleep(pace.settleMs);
  const before = { at: performance.now(), cpuMs: cpuTimeMs(child.pid), asked: agent.questions };
  await sleep(pace.idleWindowMs);
  const windowMs = performance.now() - before.at;
  return {
    memoryBytes: residentMemoryBytes(child.pid) ?? 0,
    idleCpuPercent: ((cpuTimeMs(child.pid) - before.cpuMs) / windowMs) * 100,
    idleQuestionsPerSecond: ((agent.questions - before.asked) / windowMs) * 1000,
  };
}

async function measureChanges(
  child: MeasuredProcess,
  renderings: readonly Rendering[],
  { agent, facts, pace }: ScaleRun,
) {
  const writer = agent.newClient();
  const arrivals = new FolderArrivals(folderOf(renderings));
  const bare = await BareWatch.start(agent, writer);
  const cpuBeforeMs = cpuTimeMs(child.pid);
  const delays: Promise<number | undefined>[] = [];
  try {
    for (let at = 0; at < pace.changes; at++) {
      const endsAt = performance.now() + pace.changeEveryMs;
      const { template, words, operation } = facts.nextChange();
      const startedAt = performance.now();
      const arrived = arrivals.next(`${template}.txt`, words);
      delays.push(arrived.then((seenAt) => (seenAt === undefined ? seenAt : seenAt - startedAt)));
      await writer.transact([operation]);
      await sleep(pace.changeEveryMs / 3);
      await bare.sample();
      await sleep(Math.max(0, endsAt - performance.now()) * (0.9 + Math.random() * 0.1));
    }
    await Promise.race([Promise.all(delays), sleep(LATE_TIMEOUT_MS, undefined, { ref: false })]);
  } finally {
    arrivals.close();
    await bare.stop();
    writer.close();
  }
  if (!child.isRunning) throw new Error(`it ended: ${child.errorOutput}`);
  const seen = (await Promise.all(delays)).filter((delayMs) => delayMs !== undefined);
  const bareMs = distribution(bare.delaysMs);
  return {
    cpuMsPerChange: (cpuTimeMs(child.pid) - cpuBeforeMs) / pace.changes,
    unseen: delays.length - seen.length,
    bareMs,
    ...(seen.length === 0
      ? {}
      : { delayMs: distribution(seen), ratio: distribution(seen).median / bareMs.median }),
  };
}

function folderOf(renderings: readonly Rendering[]): string {
  return dirname(renderings[0]?.destination ?? '');
}
