import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { VERSION } from '../../src/core/version.ts';
import { findMachine } from '../machine.ts';
import { CountedCluster } from './cluster.ts';
import { Facts, FACTS } from './facts.ts';
import { measureWay } from './measure.ts';
import type { FleetOptions } from './options.ts';
import { plotsOf } from './plots.ts';
import { predict } from './predict.ts';
import { report } from './report.ts';
import { WAYS, type FleetResults, type Load, type Reading } from './results.ts';

const LOADS: readonly Load[] = ['idle', 'changes'];

/** Runs the fleet each way, writes what was found with its plots, and prints it. It has a network of its own. */
export async function runFleet(options: FleetOptions, root: string): Promise<void> {
  const startedAt = new Date().toISOString();
  const machine = await findMachine();
  const folder = await mkdtemp(join(tmpdir(), 'autotmpl-fleet-'));
  const readings: Reading[] = [];
  let cluster: CountedCluster | undefined;
  try {
    cluster = await CountedCluster.start(folder, options.agents);
    const facts = new Facts(await cluster.leader());
    await facts.fill();
    // What agents have in their caches they keep, so that way is the last.
    for (const way of WAYS) {
      console.error(`measuring ${way}…`);
      readings.push(...(await measureWay(way, { cluster, facts, options })));
    }
  } finally {
    await cluster?.stop();
    await rm(folder, { recursive: true, force: true });
  }
  const measured = { startedAt, version: VERSION, machine, options, facts: FACTS, readings };
  const predictions = options.sizes.flatMap((hosts) =>
    LOADS.flatMap((load) =>
      WAYS.filter((way) => way !== 'nobody').map((way) => predict(measured, way, load, hosts)),
    ),
  );
  const results: FleetResults = { ...measured, predictions };
  await save(results, options.jsonFile ?? join(root, 'bench/results/fleet.json'));
  console.log(report(results));
}

async function save(results: FleetResults, file: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(results, null, 2)}\n`);
  for (const [name, plot] of plotsOf(results)) await writeFile(join(dirname(file), name), plot);
}
