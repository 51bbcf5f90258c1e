import type { HealthStatus } from '../../src/catalog/registrar.ts';
import type { SeenEntry } from '../contract/registrar-contract.ts';
import type { ConsulAgent } from './consul.ts';

/** What the agent says of one of its services, which must have one check. */
export async function consulEntry(agent: ConsulAgent, id: string): Promise<SeenEntry | undefined> {
  const path = `/v1/agent/health/service/id/${encodeURIComponent(id)}`;
  // The status of this answer is the health: 429 is a warning, 503 is critical.
  const { status, body } = await agent.request('GET', path);
  if (status === 404) return undefined;
  const { Service, Checks } = JSON.parse(body.toString()) as AgentHealth;
  const [check] = Checks;
  if (check === undefined || Checks.length !== 1) throw new Error(`checks: ${Checks.length}`);
  return {
    name: Service.Service,
    address: Service.Address,
    port: Service.Port,
    tags: Service.Tags ?? [],
    meta: Service.Meta ?? {},
    status: check.Status,
    output: check.Output,
  };
}

interface AgentHealth {
  readonly Service: {
    readonly Service: string;
    readonly Address: string;
    readonly Port: number;
    readonly Tags: readonly string[] | null;
    readonly Meta: Readonly<Record<string, string>> | null;
  };
  readonly Checks: readonly { readonly Status: HealthStatus; readonly Output: string }[];
}
