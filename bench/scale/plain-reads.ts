import type { CountedAgent } from '../counted-agent.ts';
import type { ScaleOutcome } from '../results.ts';
import type { ScaleFacts } from './facts.ts';

/** How many are read at the same time. */
const WAYS = [1, 16];

/** How long it takes to read each fact once, and do nothing with it: one by one, and sixteen at a time. */
export async function measureReads(
  agent: CountedAgent,
  facts: ScaleFacts,
): Promise<ScaleOutcome[]> {
  const { keys, services, templates } = facts;
  const { transport } = agent;
  const outcomes: ScaleOutcome[] = [];
  for (const connections of WAYS) {
    const startedAt = performance.now();
    await readAll(agent, facts.paths(), connections);
    outcomes.push({
      contender:
        connections === 1 ? 'plain reads, one by one' : `plain reads, ${connections} at a time`,
      ...{ role: 'baseline', transport, keys, services, templates, connections },
      coldMs: performance.now() - startedAt,
    });
  }
  return outcomes;
}

async function readAll(agent: CountedAgent, paths: readonly string[], connections: number) {
  const client = agent.newClient(connections);
  let next = 0;
  const read = async () => {
    for (let path = paths[next++]; path !== undefined; path = paths[next++]) {
      await client.read(path);
    }
  };
  await Promise.all(Array.from({ length: connections }, read)).finally(() => client.close());
}
