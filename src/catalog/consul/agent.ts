import type { Ask } from '../blocking/request-plan.ts';
import { asNumber, asRecord, asText, parseJson } from '../http/shapes.ts';

/** What an agent says of itself. */
export interface AgentDescription {
  readonly version: string;
  /** How many connections it grants one address; 0 is no limit, undefined where it does not say. */
  readonly maxConnectionsPerClient: number | undefined;
  /** How many members its datacenter has, by gossip; undefined where it does not say. */
  readonly members: number | undefined;
}

/**
 * Asks the agent for its version and limits; needs `agent:read`. Undefined where it does not answer: this only serves a line in
 * the log.
 */
export async function describeAgent(ask: Ask): Promise<AgentDescription | undefined> {
  try {
    const { status, body } = await ask('/v1/agent/self');
    return status === 200 ? readDescription(parseJson(body)) : undefined;
  } catch {
    return undefined;
  }
}

function readDescription(self: unknown): AgentDescription {
  const { Config, DebugConfig, Stats } = asRecord(self, 'the agent');
  const limit = asRecord(DebugConfig, "the agent's config").HTTPMaxConnsPerClient;
  return {
    version: asText(asRecord(Config, "the agent's config").Version, 'the version'),
    maxConnectionsPerClient: limit === undefined ? undefined : asNumber(limit, 'the limit'),
    members: readMembers(Stats),
  };
}

function readMembers(stats: unknown): number | undefined {
  const gossip = asRecord(asRecord(stats, "the agent's figures").serf_lan, 'its gossip');
  const { members } = gossip;
  return typeof members === 'string' && /^\d+$/.test(members) ? Number(members) : undefined;
}
