import { dirname, join } from 'node:path';

import type { Contender, Rendering } from '../contender.ts';
import { MeasuredProcess, type ProcessEnd } from '../measured-process.ts';
import { endedChildrenCpuMs } from '../proc.ts';
import type { OnceOutcome, Role } from '../results.ts';
import { distribution } from '../statistics.ts';
import { renderedCount, type Fact, type Workspace } from '../workspace.ts';
import type { Setting } from './setting.ts';

const PREFIX = 'bench/once';

/** Somebody who is run again and again. */
interface Runner {
  readonly name: string;
  readonly role: Role;
  readonly run: () => Promise<ProcessEnd>;
  readonly ends: ProcessEnd[];
  /** Of all counted runs together: of a single one the kernel tells steps of ten only. */
  cpuMs: number;
  failure?: string;
}

/**
 * From the start of `-once` to its exit, with one key for each template; the runs of all contenders take turns. One template is
 * compared with `node -e 0`, more with a plain program that reads the same keys and writes the same files.
 */
export async function measureOnce(setting: Setting): Promise<OnceOutcome[]> {
  const results: OnceOutcome[] = [];
  for (const templates of setting.options.onceSizes) {
    results.push(...(await measureSize(setting, templates)));
  }
  return results;
}

/** As {@link measureOnce}, at one size. */
export async function measureSize(setting: Setting, templates: number): Promise<OnceOutcome[]> {
  const facts = Array.from({ length: templates }, (_, index): Fact => {
    return { kind: 'key', name: `${PREFIX}/${index}` };
  });
  const client = setting.newClient();
  const names = facts.map(({ name }) => name);
  await client.putKeys(names, 'a value').finally(() => client.close());

  const runners: Runner[] = [templates === 1 ? emptyNode() : plainRunner(setting, templates)];
  for (const contender of setting.contenders) {
    runners.push(await runnerOf(contender, setting.origin, setting.workspace, facts));
  }
  const runs = setting.options.onceRuns(templates);
  // The first run is not counted: it warms the caches of the disk and of the agent.
  for (let round = 0; round <= runs; round++) {
    for (const runner of runners) {
      if (runner.failure !== undefined) continue;
      try {
        const cpuBeforeMs = endedChildrenCpuMs();
        const end = await runner.run();
        if (round === 0) continue;
        runner.ends.push(end);
        runner.cpuMs += endedChildrenCpuMs() - cpuBeforeMs;
      } catch (error) {
        runner.failure = (error as Error).message;
      }
    }
  }
  return outcomes(runners, templates);
}

function emptyNode(): Runner {
  const run = async () => new MeasuredProcess([process.execPath, '-e', '0']).ended;
  return { name: 'node -e 0', role: 'baseline', run, ends: [], cpuMs: 0 };
}

function plainRunner({ root, origin, workspace }: Setting, templates: number): Runner {
  const script = join(root, 'bench/plain/once.mjs');
  const sources = Array.from({ length: templates }, () => '');
  const run = async (): Promise<ProcessEnd> => {
    const renderings = await workspace.freshDestinations(sources);
    const folder = dirname(renderings[0]?.destination ?? '');
    const args = [origin, PREFIX, String(templates), folder];
    const child = new MeasuredProcess([process.execPath, script, ...args]);
    const end = await child.ended;
    await checkAllRendered(end, renderings, child.errorOutput);
    return end;
  };
  return { name: 'plain reads and writes', role: 'baseline', run, ends: [], cpuMs: 0 };
}

async function runnerOf(
  contender: Contender,
  origin: string,
  workspace: Workspace,
  facts: readonly Fact[],
): Promise<Runner> {
  const sources = (await workspace.prepare(contender, facts)).map(({ source }) => source);
  const run = async (): Promise<ProcessEnd> => {
    const renderings = await workspace.freshDestinations(sources);
    const child = new MeasuredProcess(contender.command(origin, renderings, 'once'));
    const end = await child.ended;
    await checkAllRendered(end, renderings, child.errorOutput);
    return end;
  };
  return { name: contender.name, role: contender.role, run, ends: [], cpuMs: 0 };
}

async function checkAllRendered(
  { code, signal }: ProcessEnd,
  renderings: readonly Rendering[],
  errorOutput: string,
): Promise<void> {
  const rendered = await renderedCount(renderings);
  if (code === 0 && rendered === renderings.length) return;
  const end = signal === null ? `code ${code}` : `signal ${signal}`;
  throw new Error(
    `it ended with ${end} and ${rendered} of ${renderings.length} files. ${errorOutput}`.trim(),
  );
}

function outcomes(runners: readonly Runner[], templates: number): OnceOutcome[] {
  const baseline = runners.find(({ role }) => role === 'baseline');
  const baselineMs = distribution((baseline?.ends ?? []).map(({ wallMs }) => wallMs)).median;
  const baselineCpuMs = (baseline?.cpuMs ?? NaN) / (baseline?.ends.length ?? 0);
  return runners.map(({ name, role, ends, failure, ...runner }) => {
    if (failure !== undefined) return { contender: name, role, templates, failure };
    const wallMs = distribution(ends.map((end) => end.wallMs));
    const cpuMs = runner.cpuMs / ends.length;
    return {
      ...{ contender: name, role, templates, wallMs, cpuMs },
      peakMemoryBytes: Math.max(...ends.map((end) => end.peakMemoryBytes)),
      ...(role === 'baseline'
        ? {}
        : { ratio: wallMs.median / baselineMs, cpuRatio: cpuMs / baselineCpuMs }),
    };
  });
}
