import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chanceOf } from '../support/chance.ts';
import { expectNoLeaks, expectTruth, type Survivors } from './calm.ts';
import { Chronicle, describeEntry, type Broken } from './chronicle.ts';
import { beginFault, type Fault } from './faults/fault.ts';
import { FAULTS } from './faults/index.ts';
import { Observers } from './observers.ts';
import { readOptions, type ChaosOptions } from './options.ts';
import { sabotageOf, type Sabotage } from './sabotage.ts';
import { describeSchedule, makeSchedule, type Planned } from './schedule.ts';
import { Stage } from './stage/stage.ts';
import { expectLogged } from './tour.ts';
import { Truth } from './truth.ts';
import { Writer } from './writer.ts';

/** Faults go on for so long before everything has to be well again. */
const ROUND_MS = 60_000;
const now = () => performance.now();

/**
 * Lets a cluster, a proxy and autotmpl live through faults, and looks all the time whether what is promised holds. Prints the schedule,
 * what happened, and what was counted. The result is the exit code: 1 where an invariant was broken, and then the folder is kept.
 */
export async function runChaos(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const faults = chosen(options);
  const sabotage = sabotageOf(options.sabotage);
  const folder = mkdtempSync(join(tmpdir(), 'autotmpl-chaos-'));
  const chronicle = new Chronicle(now, console.log);
  console.log(`seed ${options.seed}, ${options.minutes} min, in ${folder}`);
  const stage = new Stage(folder, chronicle);
  try {
    await live(stage, chronicle, faults, sabotage, options);
  } catch (error) {
    chronicle.break('the run itself works', (error as Error).stack ?? String(error));
  }
  stage.keep();
  await stage.stop();
  for (const [what, count] of chronicle.counts) console.log(`${what}: ${count}`);
  console.log(`invariants broken: ${chronicle.broken === undefined ? 0 : 1}`);
  if (chronicle.broken === undefined) {
    if (!options.keep) rmSync(folder, { recursive: true, force: true });
    return 0;
  }
  console.error(describeBroken(chronicle.broken, options, folder));
  return 1;
}

function chosen({ faults }: ChaosOptions): readonly Fault[] {
  const unknown = faults.filter((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown.length > 0) {
    const names = FAULTS.map(({ name }) => name).join(', ');
    throw new Error(`there is no fault ${unknown.join(', ')}: there are ${names}`);
  }
  return faults.length === 0 ? FAULTS : FAULTS.filter(({ name }) => faults.includes(name));
}

async function live(
  stage: Stage,
  chronicle: Chronicle,
  faults: readonly Fault[],
  sabotage: Sabotage | undefined,
  { seed, minutes }: ChaosOptions,
): Promise<void> {
  const truth = new Truth(now);
  const writer = new Writer(truth, stage.backends, chronicle, chanceOf(seed));
  const survivors = { stage, writer, truth, chronicle };
  await stage.cluster.start();
  await writer.begin();
  await stage.begin();
  const observers = new Observers(stage, truth, chronicle);
  const rounds = Math.max(1, Math.round((minutes * 60_000) / ROUND_MS));
  const lengthMs = (minutes * 60_000) / rounds;
  try {
    for (let round = 0; round < rounds && !chronicle.ended.aborted; round += 1) {
      const schedule = makeSchedule(faults, seed + round, lengthMs);
      console.log(`round ${round + 1} of ${rounds}\n${describeSchedule(schedule)}`);
      writer.resume();
      await Promise.all([
        ...[...schedule.values()].map((lane) => inject(lane, survivors)),
        sabotage?.during?.(survivors),
      ]);
      await writer.pause();
      if (chronicle.ended.aborted) break;
      await sabotage?.inCalm?.(survivors);
      await expectTruth(survivors);
      chronicle.count('rounds');
    }
    if (!chronicle.ended.aborted) await tour(faults, seed, survivors);
    await sabotage?.atEnd?.(survivors);
    if (!chronicle.ended.aborted) await expectNoLeaks(survivors);
  } finally {
    await observers.stop();
  }
}

/** Each trouble once more, by itself, for who reads the log; and then everything has to be well again. */
async function tour(faults: readonly Fault[], seed: number, survivors: Survivors): Promise<void> {
  const { stage, writer, chronicle } = survivors;
  await expectLogged(faults, seed, { stage, writer }, chronicle, {
    log: () => stage.program.log(),
    async untilWell() {
      await writer.pause();
      await expectTruth(survivors);
    },
    goOn: () => writer.resume(),
  });
  await writer.pause();
  if (!chronicle.ended.aborted) await expectTruth(survivors);
}

/** Injects the faults of one lane, one after the other, until an invariant is broken. */
async function inject(
  lane: readonly Planned<Fault>[],
  { stage, writer, chronicle }: Survivors,
): Promise<void> {
  const pause = (ms: number) => sleep(ms, undefined, { signal: chronicle.ended }).catch(() => 0);
  for (const { fault, pauseMs, lastsMs, seed } of lane) {
    await pause(pauseMs);
    if (chronicle.ended.aborted) return;
    chronicle.fault(`${fault.name} …`);
    chronicle.count('faults injected');
    chronicle.count(`  ${fault.name}`);
    const end = await beginFault(fault, { stage, writer }, chanceOf(seed));
    await pause(lastsMs);
    await end();
    chronicle.fault(`… ${fault.name}`);
  }
}

function describeBroken(broken: Broken, options: ChaosOptions, folder: string): string {
  const { invariant, saw, atMs, faults } = broken;
  const only = options.faults.length === 0 ? '' : ` --faults '${options.faults.join(',')}'`;
  return [
    `BROKEN after ${(atMs / 1000).toFixed(1)} s, seed ${options.seed}: ${invariant}`,
    `saw: ${saw}`,
    'the faults before it:',
    ...faults.map(describeEntry),
    `everything is in ${folder}; the files are in out-kept/`,
    `the same again: npm run chaos -- --minutes ${options.minutes} --seed ${options.seed}${only}`,
  ].join('\n');
}
