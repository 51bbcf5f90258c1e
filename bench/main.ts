import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { dirname, join } from 'node:path';

import { startConsul } from '../test/support/consul.ts';
import { AgentClient } from './agent-client.ts';
import { judge } from './aims.ts';
import { autotmpl, peer } from './contender.ts';
import { CountedAgent, type Transport } from './counted-agent.ts';
import { findMachine } from './machine.ts';
import { parseOptions, USAGE, type BenchOptions } from './options.ts';
import { writeDocs } from './report/pages.ts';
import { plotsOf } from './report/plots.ts';
import { report } from './report/report.ts';
import type { Outcome, Results, ScenarioResults } from './results.ts';
import { SCENARIO_TABLE, type Scenario } from './scenario-table.ts';
import { Workspace } from './workspace.ts';

/** Runs the bench and prints its tables; the result is the exit code: 1 where our own program failed, an aim that is missed is none. */
export async function runBench(args: readonly string[], root: string): Promise<number> {
  const options = parseOptions(args);
  if (options === undefined) {
    console.log(USAGE);
    return 0;
  }
  const { fromFile } = options;
  const file = options.jsonFile ?? join(root, 'bench/results/latest.json');
  const results = await (fromFile === undefined ? measure(options, root, file) : read(fromFile));
  const plots = options.plotsFolder ?? dirname(fromFile ?? file);
  for (const [name, plot] of plotsOf(results)) await save(join(plots, `${name}.svg`), plot);
  if (options.writesDocs) await writeDocs(results, root);
  console.log(report(results));
  return subjectFailed(results) ? 1 : 0;
}

/** Measures one scenario after the other; after each, the file holds what was found so far. */
async function measure(options: BenchOptions, root: string, file: string): Promise<Results> {
  if (process.platform !== 'linux') throw new Error('The bench reads /proc, so it needs Linux.');
  const startedAt = new Date().toISOString();
  const machine = await findMachine();
  const load: Record<string, number> = {};
  let results: Results = { startedAt, machine, load, aims: [] };
  for (const name of options.only) {
    console.error(`measuring ${name}…`);
    load[name] = loadavg()[0] ?? 0;
    const measured = await measureScenario(SCENARIO_TABLE[name], options, root);
    results = { ...results, ...measured };
    results = { ...results, aims: judge(results) };
    await save(file, `${JSON.stringify(results, null, 2)}\n`);
  }
  return results;
}

/** The aims of today, not of the day on which it was measured. */
async function read(file: string): Promise<Results> {
  const results = JSON.parse(await readFile(file, 'utf8')) as Results;
  return { ...results, aims: judge(results) };
}

/** Gives a scenario a folder of its own, and an agent where it needs one, and takes both away again, also when the bench is interrupted. */
async function measureScenario(
  scenario: Scenario,
  options: BenchOptions,
  root: string,
): Promise<ScenarioResults> {
  const workspace = await Workspace.create();
  const agents: { readonly stop: () => Promise<void> }[] = [];
  const clear = async () => {
    await Promise.all([...agents.map((agent) => agent.stop()), workspace.remove()]);
  };
  let isInterrupted = false;
  const interrupt = () => {
    isInterrupted = true;
    void clear().finally(() => process.exit(130));
  };
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const contenders = [autotmpl(root), ...options.peers.map(peer)];
    const keep = <Agent extends { readonly stop: () => Promise<void> }>(agent: Agent) => {
      agents.push(agent);
      return agent;
    };
    const startAgent = async (transport: Transport) => keep(await CountedAgent.start(transport));
    const setting = { options, root, contenders, workspace, startAgent };
    if ('measureApart' in scenario) return await scenario.measureApart(setting);
    const { address: origin, ports } = keep(await startConsul());
    const newClient = () => new AgentClient(origin);
    return await scenario.measure({ ...setting, origin, port: ports.http, newClient });
  } finally {
    process.removeListener('SIGINT', interrupt).removeListener('SIGTERM', interrupt);
    // What it found without its agent is no result: the process is about to end.
    if (isInterrupted) await new Promise(() => undefined);
    await clear();
  }
}

async function save(file: string, text: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

function subjectFailed(results: ScenarioResults): boolean {
  const { change = [], once = [], idle, start = [], jobs, critical = [], instances = [] } = results;
  const { render = [], many = [], scale = [], growth, storm = [], flat = [], forms = [] } = results;
  const outcomes: readonly Outcome[] = [
    ...[...change, ...once, ...(idle?.outcomes ?? [])],
    ...[...start, ...(jobs?.outcomes ?? []), ...critical, ...instances],
    ...[...render, ...many, ...scale, ...(growth?.outcomes ?? []), ...storm, ...flat, ...forms],
  ];
  return outcomes.some(({ role, failure }) => role === 'subject' && failure !== undefined);
}
