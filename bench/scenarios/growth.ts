import { autotmpl } from '../contender.ts';
import type { GrowthSlope, ScaleOutcome } from '../results.ts';
import { ScaleFacts } from '../scale/facts.ts';
import { measureScale } from '../scale/measure.ts';
import { measureReads } from '../scale/plain-reads.ts';
import { lastSlope, slopeOf, type Point } from '../slope.ts';
import type { BareSetting } from './setting.ts';

/** What is said to grow no faster than the number of facts. */
const FIGURES = [
  ['time until all files are there', ({ coldMs }: ScaleOutcome) => coldMs],
  ['memory', ({ memoryBytes }: ScaleOutcome) => memoryBytes],
  ['processor time at a change a second', ({ cpuMsPerChange }: ScaleOutcome) => cpuMsPerChange],
] as const;

/** As `scale`, with our program alone over plain HTTP, from the smallest size to the largest; the agent holds what is watched, and no more. */
export async function measureGrowth(
  setting: BareSetting,
): Promise<{ outcomes: ScaleOutcome[]; slopes: GrowthSlope[] }> {
  const { options, root, workspace } = setting;
  const contender = autotmpl(root);
  const outcomes: ScaleOutcome[] = [];
  const agent = await setting.startAgent('http');
  for (const size of [...options.growthSizes].sort((one, other) => one - other)) {
    const facts = new ScaleFacts(size);
    const client = agent.newClient();
    await facts.fill(client).finally(() => client.close());
    outcomes.push(...(await measureReads(agent, facts)));
    const run = { agent, facts, workspace, contender, pace: options.growthPace };
    outcomes.push(await measureScale(run));
  }
  return { outcomes, slopes: slopesOf(outcomes) };
}

function slopesOf(outcomes: readonly ScaleOutcome[]): GrowthSlope[] {
  return FIGURES.flatMap(([what, figure]) => {
    const points = outcomes
      .filter(({ role }) => role === 'subject')
      .flatMap((outcome): Point[] => {
        const value = figure(outcome);
        return value !== undefined && value > 0 ? [[outcome.keys, value]] : [];
      });
    if (new Set(points.map(([size]) => size)).size < 2) return [];
    return [{ what, slope: slopeOf(points), lastSlope: lastSlope(points) }];
  });
}
