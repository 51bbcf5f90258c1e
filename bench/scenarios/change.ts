import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../test/support/wait-until.ts';
import type { AgentClient } from '../agent-client.ts';
import { Arrivals, noteContents } from '../arrivals.ts';
import type { Contender } from '../contender.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { ChangeOutcome, Role } from '../results.ts';
import { distribution } from '../statistics.ts';
import { renderedCount, type Workspace } from '../workspace.ts';
import type { Setting } from './setting.ts';

/** So many more are not counted. */
const WARM_UP_SHARE = 0.1;
const SEEN_TIMEOUT_MS = 10_000;
const FIRST_TIMEOUT_MS = 60_000;
/** Wide enough that no contender's own limit of questions a second is reached, and random, so that no timer is hit in step. */
const PAUSE_MS = { min: 60, max: 120 };
const ROUND_JITTER = 0.05;

/** Somebody who waits for the value of a key of their own. */
interface Waiter {
  readonly name: string;
  readonly role: Role;
  readonly key: string;
  readonly arrivals: Arrivals;
  readonly delaysMs: number[];
  failure?: string;
  readonly stop: () => Promise<void>;
}

/**
 * From the PUT of a key to its value in the file. Each contender has a key of its own, so that a change wakes only the one
 * that is measured; they take turns on the same agent, and the bare blocking query is one of them.
 */
export async function measureChange(setting: Setting): Promise<ChangeOutcome[]> {
  return measureChanges(setting, { templates: 1, samples: setting.options.changeSamples });
}

/** How many templates each program keeps, and how many changes of a key of one of them are counted. */
export interface ChangesToMeasure {
  readonly templates: number;
  readonly samples: number;
}

/** As {@link measureChange}, for one file among more that have keys of their own. */
export async function measureChanges(
  setting: Setting,
  { templates, samples }: ChangesToMeasure,
): Promise<ChangeOutcome[]> {
  const { origin, contenders, workspace, newClient } = setting;
  const writer = newClient();
  const waiters: Waiter[] = [];
  try {
    waiters.push(await startBare(newClient(), writer));
    for (const contender of contenders) {
      waiters.push(await startProgram(contender, origin, workspace, writer, templates));
    }
    const warmUps = Math.ceil(samples * WARM_UP_SHARE);
    for (let round = -warmUps; round < samples; round++) {
      const endsAt = performance.now() + setting.options.changeEveryMs;
      for (const waiter of waiters) {
        if (waiter.failure !== undefined) continue;
        await sample(waiter, writer, round);
        await sleep(PAUSE_MS.min + Math.random() * (PAUSE_MS.max - PAUSE_MS.min));
      }
      await sleep(Math.max(0, endsAt - performance.now()) * (1 - ROUND_JITTER * Math.random()));
    }
    return outcomes(waiters);
  } finally {
    for (const waiter of waiters) await waiter.stop();
    writer.close();
  }
}

async function sample(waiter: Waiter, writer: AgentClient, round: number): Promise<void> {
  const value = `round ${round} of ${waiter.name}`;
  const seen = waiter.arrivals.next(value, SEEN_TIMEOUT_MS);
  const startedAt = performance.now();
  const [seenAt] = await Promise.allSettled([seen, writer.putKey(waiter.key, value)]);
  if (seenAt.status === 'rejected') waiter.failure = (seenAt.reason as Error).message;
  else if (round >= 0) waiter.delaysMs.push(seenAt.value - startedAt);
}

async function startBare(reader: AgentClient, writer: AgentClient): Promise<Waiter> {
  const key = 'bench/change/bare';
  const arrivals = new Arrivals();
  const abort = new AbortController();
  await writer.putKey(key, 'first');
  const first = arrivals.next('first', SEEN_TIMEOUT_MS);
  const reading = reader
    .watchKey(key, abort.signal, (value, at) => arrivals.note(value, at))
    .catch(() => undefined);
  await first;
  return {
    ...{ name: 'bare blocking query', role: 'baseline', key, arrivals, delaysMs: [] },
    stop: async () => {
      abort.abort();
      await reading;
      reader.close();
    },
  };
}

async function startProgram(
  contender: Contender,
  origin: string,
  workspace: Workspace,
  writer: AgentClient,
  templates: number,
): Promise<Waiter> {
  const key = `bench/change/${contender.name}`;
  const arrivals = new Arrivals();
  const abort = new AbortController();
  await writer.putKey(key, 'first');
  const others = Array.from({ length: templates - 1 }, (_, index) => `${key}-${index}`);
  await writer.putKeys(others, 'another');
  const renderings = await workspace.prepare(
    contender,
    [key, ...others].map((name) => ({ kind: 'key', name })),
  );
  const child = new MeasuredProcess(contender.command(origin, renderings, 'watch'));
  const waiter: Waiter = {
    ...{ name: contender.name, role: contender.role, key, arrivals, delaysMs: [] },
    stop: async () => {
      abort.abort();
      await child.stop();
    },
  };
  try {
    const isDone = async () =>
      !child.isRunning || (await renderedCount(renderings)) === renderings.length;
    await waitUntil(isDone, {
      timeoutMs: FIRST_TIMEOUT_MS,
      what: `the first files of ${contender.name}`,
    });
    if (!child.isRunning) throw new Error(`it ended: ${child.errorOutput}`);
    noteContents(renderings[0]?.destination ?? '', arrivals, abort.signal);
  } catch (error) {
    waiter.failure = (error as Error).message;
  }
  return waiter;
}

function outcomes(waiters: readonly Waiter[]): ChangeOutcome[] {
  const baseline = waiters.find(({ role }) => role === 'baseline');
  return waiters.map(({ name, role, delaysMs, failure }) => {
    if (failure !== undefined) return { contender: name, role, failure };
    const delayMs = distribution(delaysMs);
    const ratio = delayMs.median / distribution(baseline?.delaysMs ?? []).median;
    return { contender: name, role, delayMs, ...(role === 'baseline' ? {} : { ratio }) };
  });
}
