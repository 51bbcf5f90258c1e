import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

import { probeVariables } from '../../test/support/probed.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { autotmpl } from '../contender.ts';
import type { CountedAgent } from '../counted-agent.ts';
import { MeasuredProcess } from '../measured-process.ts';
import type { FlatOutcome, FlatReading, Role } from '../results.ts';
import { ScaleFacts, type Change } from '../scale/facts.ts';
import { renderedCount } from '../workspace.ts';
import type { BareSetting } from './setting.ts';

const KEYS = 1000;
const READINGS = 20;
/** As many operations as a transaction takes. */
const AT_ONCE = 64;
const READY_TIMEOUT_MS = 60_000;
const REPORT_TIMEOUT_MS = 30_000;
/** A program that is asked for its memory now and then. */
interface Probed {
  readonly name: string;
  readonly role: Role;
  readonly child: MeasuredProcess;
  readonly reportFile: string;
  readonly readings: FlatReading[];
  readonly isReady: () => Promise<boolean>;
  /** The file that shows a change; undefined where it shows none of its kind. */
  readonly fileOf: (change: Change) => string | undefined;
}

/**
 * The memory of our program over very many changes of a thousand keys and a hundred services in a hundred templates, by
 * transactions as fast as the agent takes them; beside a plain watcher of all keys.
 */
export async function measureFlat(setting: BareSetting): Promise<FlatOutcome[]> {
  const agent = await setting.startAgent('http');
  const facts = new ScaleFacts(KEYS);
  const client = agent.newClient();
  const programs: Probed[] = [];
  try {
    await facts.fill(client);
    programs.push(startPlain(setting, agent), await startOurs(setting, agent, facts));
    for (const program of programs) {
      await waitUntil(program.isReady, { timeoutMs: READY_TIMEOUT_MS, what: `${program.name}` });
    }
    const total = setting.options.flatChanges;
    let changes = 0;
    let last: readonly Change[] = [];
    for (let reading = 0; reading <= READINGS; reading++) {
      const until = Math.round((total * reading) / READINGS);
      while (changes < until) {
        const some = Math.min(AT_ONCE, until - changes);
        last = Array.from({ length: some }, () => facts.nextChange());
        await client.transact(last.map(({ operation }) => operation));
        changes += some;
      }
      // What is on its way is no growth.
      for (const program of programs) await untilShown(program, last);
      const readings = programs.map(async (program) => readMemory(program, changes));
      for (const [at, memory] of (await Promise.all(readings)).entries()) {
        programs[at]?.readings.push(memory);
      }
    }
    return programs.map(({ name, role, readings }) => ({ contender: name, role, readings }));
  } catch (error) {
    const failure = (error as Error).message;
    return programs.map(({ name, role, child, readings }) => ({
      ...{ contender: name, role, readings },
      failure: child.isRunning ? failure : `it ended: ${child.errorOutput}`,
    }));
  } finally {
    for (const { child } of programs) await child.stop();
    client.close();
  }
}

/** Resolves once a program has written the last change that it shows. */
async function untilShown(
  { name, child, fileOf }: Probed,
  changes: readonly Change[],
): Promise<void> {
  const shown = changes.findLast((change) => fileOf(change) !== undefined);
  const file = shown && fileOf(shown);
  if (shown === undefined || file === undefined) return;
  const isShown = (): boolean => {
    if (!child.isRunning) throw new Error('it ended');
    return readFileSync(file, 'utf8').includes(shown.words);
  };
  await waitUntil(isShown, { timeoutMs: READY_TIMEOUT_MS, what: `the last change by ${name}` });
}

function startPlain({ root, workspace }: BareSetting, agent: CountedAgent): Probed {
  const [file, reportFile] = [workspace.at('plain.txt'), workspace.at('plain-report')];
  const script = join(root, 'bench/plain/follow.mjs');
  const child = new MeasuredProcess(
    [process.execPath, script, agent.origin, 'bench', file],
    probeVariables(reportFile),
  );
  const isReady = async () => (await renderedCount([{ source: '', destination: file }])) === 1;
  const fileOf = ({ words }: Change) => (words.startsWith(':') ? undefined : file);
  return {
    name: 'plain watcher',
    role: 'baseline',
    child,
    reportFile,
    readings: [],
    isReady,
    fileOf,
  };
}

async function startOurs(
  { root, workspace }: BareSetting,
  agent: CountedAgent,
  facts: ScaleFacts,
): Promise<Probed> {
  const contender = autotmpl(root);
  const reportFile = workspace.at('report');
  const renderings = await workspace.prepareSources(contender, facts.sources(contender));
  const command = contender.command(agent.origin, renderings, 'watch');
  const child = new MeasuredProcess(command, probeVariables(reportFile));
  const isReady = async () => (await renderedCount(renderings)) === renderings.length;
  const { name, role } = contender;
  const fileOf = ({ template }: Change) => renderings[template]?.destination;
  return { name, role, child, reportFile, readings: [], isReady, fileOf };
}

async function readMemory({ child, reportFile }: Probed, changes: number): Promise<FlatReading> {
  rmSync(reportFile, { force: true });
  child.kill('SIGUSR2');
  const text = await waitUntil(
    () => {
      if (!child.isRunning) throw new Error('it ended');
      try {
        return readFileSync(reportFile, 'utf8');
      } catch {
        return undefined;
      }
    },
    { timeoutMs: REPORT_TIMEOUT_MS, what: 'a report of its memory' },
  );
  const { heap, rss } = JSON.parse(text) as { readonly heap: number; readonly rss: number };
  return { changes, heapBytes: heap, memoryBytes: rss };
}
