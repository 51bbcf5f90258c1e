import type { Clock } from '../../core/time.ts';
import type { ConsulOptions } from './options.ts';
import { PackageClient } from './package-client.ts';
import { asNumber, asRecord, asText } from '../http/shapes.ts';

/** What an agent says of itself. */
export interface AgentDescription {
  readonly version: string;
  /** How many connections it grants one address; 0 is no limit, undefined where it does not say. */
  readonly maxConnectionsPerClient: number | undefined;
}

/**
 * Asks the agent for its version and limits; needs `agent:read`. Undefined where it does not answer: this only serves a line in
 * the log. The connection is closed by the end, or when the signal aborts.
 */
export async function describeAgent(
  options: ConsulOptions,
  clock: Clock,
  signal: AbortSignal,
): Promise<AgentDescription | undefined> {
  const client = new PackageClient(options, clock);
  try {
    const self: unknown = await client.call(
      { failure: 'Consul did not describe itself', aclRule: 'agent:read' },
      signal,
      (consul, call) => consul.agent.self(call),
    );
    return readDescription(self);
  } catch {
    return undefined;
  } finally {
    client.close();
  }
}

function readDescription(self: unknown): AgentDescription {
  const { Config, DebugConfig } = asRecord(self, 'the agent');
  const limit = asRecord(DebugConfig, "the agent's config").HTTPMaxConnsPerClient;
  return {
    version: asText(asRecord(Config, "the agent's config").Version, 'the version'),
    maxConnectionsPerClient: limit === undefined ? undefined : asNumber(limit, 'the limit'),
  };
}
