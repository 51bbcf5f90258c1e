import { readFileSync, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { waitUntil } from '../../test/support/wait-until.ts';
import type { AgentClient } from '../agent-client.ts';
import type { CountedAgent } from '../counted-agent.ts';
import { MeasuredProcess } from '../measured-process.ts';
import { cpuTimeMs } from '../proc.ts';
import type { Role, StormOutcome } from '../results.ts';
import type { BareSetting } from './setting.ts';

const PREFIX = 'bench/storm';
const KEYS = 100;
const WRITES_PER_SECOND = 500;
/** Enough to keep up where one write takes some milliseconds. */
const WRITERS = 8;
const FIRST_TIMEOUT_MS = 30_000;
const LAST_TIMEOUT_MS = 60_000;

/** Somebody who prints what is below the prefix. */
interface Printer {
  readonly name: string;
  readonly role: Role;
  readonly command: readonly [string, ...string[]];
  readonly file: string;
}

/**
 * Five hundred writes a second into a prefix of a hundred keys that a template prints: what is asked, what it costs, and when the
 * last value is in the file. Each has a storm of its own; the baseline is a plain program that asks again at once.
 */
export async function measureStorm(setting: BareSetting): Promise<StormOutcome[]> {
  const agent = await setting.startAgent('http');
  const outcomes: StormOutcome[] = [];
  for (const printer of await printersOf(setting, agent)) {
    outcomes.push(await measurePrinter(printer, agent, setting.options.stormMs));
  }
  return outcomes;
}

async function printersOf(
  { root, contenders, workspace }: BareSetting,
  agent: CountedAgent,
): Promise<Printer[]> {
  const file = workspace.at('plain.txt');
  const script = join(root, 'bench/plain/follow.mjs');
  const printers: Printer[] = [
    {
      ...{ name: 'plain watcher without a pace', role: 'baseline', file },
      command: [process.execPath, script, agent.origin, PREFIX, file],
    },
  ];
  for (const contender of contenders) {
    const source = contender.prefixTemplate(PREFIX);
    const renderings = await workspace.prepareSources(contender, [source]);
    printers.push({
      ...{ name: contender.name, role: contender.role },
      file: renderings[0]?.destination ?? '',
      command: contender.command(agent.origin, renderings, 'watch'),
    });
  }
  return printers;
}

async function measurePrinter(
  { name, role, command, file }: Printer,
  agent: CountedAgent,
  windowMs: number,
): Promise<StormOutcome> {
  const outcome = { contender: name, role, windowMs };
  const client = agent.newClient(WRITERS);
  await client.putKeys(keys(), `before ${name}`);
  const child = new MeasuredProcess(command);
  try {
    const isThere = () => !child.isRunning || holds(file, `before ${name}`);
    await waitUntil(isThere, { timeoutMs: FIRST_TIMEOUT_MS, what: 'its file' });
    const before = { cpuMs: cpuTimeMs(child.pid), questions: agent.questions };
    const startedAt = performance.now();
    const writes = await storm(client, windowMs);
    const tookMs = performance.now() - startedAt;
    const cpuMs = cpuTimeMs(child.pid) - before.cpuMs;
    const questions = agent.questions - before.questions;
    return {
      ...{ ...outcome, questions, lastValueMs: await timeLastValue(client, file, name) },
      writesPerSecond: (writes / tookMs) * 1000,
      cpuPercent: (cpuMs / tookMs) * 100,
    };
  } catch (error) {
    const ended = child.isRunning ? '' : `it ended: ${child.errorOutput} `;
    return { ...outcome, failure: ended + (error as Error).message };
  } finally {
    await child.stop();
    client.close();
  }
}

/** Writes at an even pace for so long; the result is how many. Where the agent is slower, they come as fast as it takes them. */
async function storm(client: AgentClient, windowMs: number): Promise<number> {
  const startedAt = performance.now();
  let writes = 0;
  const write = async () => {
    for (;;) {
      const turn = writes++;
      const dueMs = (turn / WRITES_PER_SECOND) * 1000;
      if (dueMs >= windowMs) return;
      const aheadMs = dueMs - (performance.now() - startedAt);
      if (performance.now() - startedAt >= windowMs) return;
      if (aheadMs > 0) await sleep(aheadMs);
      await client.putKey(`${PREFIX}/${turn % KEYS}`, `write ${turn}`);
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
  return writes - WRITERS;
}

async function timeLastValue(client: AgentClient, file: string, name: string): Promise<number> {
  const last = `the last of ${name}`;
  const over = new AbortController();
  const seen = new Promise<number>((resolve) => {
    const watcher = watch(dirname(file), { signal: over.signal }, (_event, changed) => {
      if (changed === basename(file) && holds(file, last)) resolve(performance.now());
    });
    watcher.on('error', () => undefined);
  });
  const startedAt = performance.now();
  try {
    await client.putKey(`${PREFIX}/0`, last);
    const late = sleep(LAST_TIMEOUT_MS, undefined, { ref: false });
    const seenAt = await Promise.race([seen, late]);
    if (seenAt === undefined) throw new Error('the last value was never in the file');
    return seenAt - startedAt;
  } finally {
    over.abort();
  }
}

function holds(file: string, words: string): boolean {
  try {
    return readFileSync(file, 'utf8').includes(words);
  } catch {
    return false;
  }
}

function keys(): string[] {
  return Array.from({ length: KEYS }, (_, at) => `${PREFIX}/${at}`);
}
