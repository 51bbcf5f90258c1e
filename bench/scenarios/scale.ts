import type { Transport } from '../counted-agent.ts';
import type { ScaleOutcome } from '../results.ts';
import { ScaleFacts } from '../scale/facts.ts';
import { measureScale } from '../scale/measure.ts';
import { measureReads } from '../scale/plain-reads.ts';
import type { BareSetting } from './setting.ts';

const TRANSPORTS: readonly Transport[] = ['http', 'https'];

/**
 * Ten keys and a service in each of very many templates, on an agent with its default limits, over plain HTTP and over TLS. One
 * contender at a time; the facts stay as the one before left them.
 */
export async function measureScales(setting: BareSetting): Promise<ScaleOutcome[]> {
  const outcomes: ScaleOutcome[] = [];
  for (const transport of TRANSPORTS)
    outcomes.push(...(await measureTransport(transport, setting)));
  return outcomes;
}

async function measureTransport(
  transport: Transport,
  { options, contenders, workspace, startAgent }: BareSetting,
): Promise<ScaleOutcome[]> {
  const agent = await startAgent(transport);
  const facts = new ScaleFacts(options.scaleKeys);
  try {
    const client = agent.newClient();
    await facts.fill(client).finally(() => client.close());
    const outcomes = [...(await measureReads(agent, facts))];
    for (const contender of contenders) {
      const run = { agent, facts, workspace, contender, pace: options.scalePace };
      outcomes.push(await measureScale(run));
    }
    return outcomes;
  } finally {
    await agent.stop();
  }
}
