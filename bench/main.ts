import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { startConsul, type ConsulAgent } from '../test/support/consul.ts';
import { AgentClient } from './agent-client.ts';
import { judge } from './aims.ts';
import { autotmpl, peer } from './contender.ts';
import { findMachine } from './machine.ts';
import { parseOptions, USAGE, type BenchOptions, type ScenarioName } from './options.ts';
import { report } from './report.ts';
import type { Outcome, Results } from './results.ts';
import { measureChange } from './scenarios/change.ts';
import { measureIdle } from './scenarios/idle.ts';
import { measureCritical } from './scenarios/critical.ts';
import { measureInstances } from './scenarios/instances.ts';
import { measureJobs } from './scenarios/jobs.ts';
import { measureMany } from './scenarios/many.ts';
import { measureOnce } from './scenarios/once.ts';
import { measureRender } from './scenarios/render.ts';
import { measureStart } from './scenarios/start.ts';
import type { Setting } from './scenarios/setting.ts';
import { Workspace } from './workspace.ts';

/** Runs the bench and prints its tables; the result is the exit code: 1 where our own program failed, an aim that is missed is none. */
export async function runBench(args: readonly string[], root: string): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  if (process.platform !== 'linux') throw new Error('The bench reads /proc, so it needs Linux.');
  const startedAt = new Date().toISOString();
  const machine = await findMachine();
  const measured = {
    ...(await inScenario('change', options, root, async (setting) => ({
      change: await measureChange(setting),
    }))),
    ...(await inScenario('once', options, root, async (setting) => ({
      once: await measureOnce(setting),
    }))),
    ...(await inScenario('idle', options, root, async (setting) => ({
      idle: { windowMs: options.idleWindowMs, outcomes: await measureIdle(setting) },
    }))),
    ...(await inScenario('start', options, root, async (setting) => ({
      start: await measureStart(setting),
    }))),
    ...(await inScenario('jobs', options, root, async (setting) => ({
      jobs: { windowMs: options.idleWindowMs, outcomes: await measureJobs(setting) },
    }))),
    ...(await inScenario('critical', options, root, async (setting) => ({
      critical: await measureCritical(setting),
    }))),
    ...(await inScenario('instances', options, root, async (setting) => ({
      instances: await measureInstances(setting),
    }))),
    ...(await inScenario('render', options, root, async (setting) => ({
      render: measureRender(setting),
    }))),
    ...(await inScenario('many', options, root, async (setting) => ({
      many: await measureMany(setting),
    }))),
  };
  const results: Results = { startedAt, machine, ...measured, aims: judge(measured) };
  await save(results, options.jsonFile ?? join(root, 'bench/results/latest.json'));
  console.log(report(results));
  return subjectFailed(results) ? 1 : 0;
}

/** Gives a scenario an agent and a folder of its own, and takes both away again, also when the bench is interrupted. */
async function inScenario<T extends object>(
  name: ScenarioName,
  options: BenchOptions,
  root: string,
  measure: (setting: Setting) => Promise<T>,
): Promise<T | undefined> {
  if (!options.only.includes(name)) return undefined;
  console.error(`measuring ${name}…`);
  const workspace = await Workspace.create();
  let agent: ConsulAgent | undefined;
  const interrupt = () => {
    void Promise.all([agent?.stop(), workspace.remove()]).finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const { address: origin, ports } = (agent = await startConsul());
    const contenders = [autotmpl(root), ...options.peers.map(peer)];
    const newClient = () => new AgentClient(origin);
    return await measure({
      ...{ options, root, origin, port: ports.http, contenders, workspace, newClient },
    });
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
    await agent?.stop();
    await workspace.remove();
  }
}

async function save(results: Results, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
}

function subjectFailed(results: Results): boolean {
  const { change = [], once = [], idle, start = [], jobs, critical = [], instances = [] } = results;
  const { render = [], many = [] } = results;
  const outcomes: readonly Outcome[] = [
    ...[...change, ...once, ...(idle?.outcomes ?? [])],
    ...[...start, ...(jobs?.outcomes ?? []), ...critical, ...instances],
    ...[...render, ...many],
  ];
  return outcomes.some(({ role, failure }) => role === 'subject' && failure !== undefined);
}
