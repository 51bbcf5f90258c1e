import { execFileSync } from 'node:child_process';

import { Agent, SERVER_ADDRESSES } from '../../test/chaos/stage/agent.ts';
import { ask, askJson } from '../../test/chaos/stage/ask.ts';
import { waitUntil } from '../../test/support/wait-until.ts';
import { Tally } from './tally.ts';

const FIRST_AGENT = 20;
const READY_WITHIN_MS = 60_000;
/** All programs of an agent have one address here. */
const MANY_CONNECTIONS = 10_000;

/** An agent of the cluster, and the count of its requests. */
export interface CountedAgent {
  readonly address: string;
  readonly tally: Tally;
}

/** Three servers, and client agents, on addresses of a loopback network of our own; each counts what it is asked. */
export class CountedCluster {
  readonly servers: readonly CountedAgent[];
  readonly agents: readonly CountedAgent[];
  readonly #processes: readonly Agent[];

  private constructor(folder: string, servers: CountedAgent[], agents: CountedAgent[]) {
    this.servers = servers;
    this.agents = agents;
    this.#processes = [...servers, ...agents].map(
      ({ address }) =>
        new Agent(folder, address, undefined, {
          acl: { enabled: false },
          // Patient with a busy machine, as servers are by default: nobody is to stand for election meanwhile.
          performance: { raft_multiplier: 5 },
          limits: { http_max_conns_per_client: MANY_CONNECTIONS },
          ...Tally.agentConfig(address),
        }),
    );
  }

  /** Starts all, and waits until each agent reaches a leader. Stop it with `stop`. */
  static async start(folder: string, agents: number): Promise<CountedCluster> {
    execFileSync('ip', ['link', 'set', 'lo', 'up']);
    const counted = async (address: string) => ({ address, tally: await Tally.start(address) });
    const addresses = Array.from({ length: agents }, (_, at) => `127.0.0.${FIRST_AGENT + at}`);
    const cluster = new CountedCluster(
      folder,
      await Promise.all(SERVER_ADDRESSES.map(counted)),
      await Promise.all(addresses.map(counted)),
    );
    try {
      for (const process of cluster.#processes) await process.start();
      await waitUntil(() => cluster.#isLed(), {
        ...{ timeoutMs: READY_WITHIN_MS, what: 'a leader that every agent reaches' },
      });
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  /** The address of the server that leads. */
  async leader(): Promise<string> {
    const leading = await askJson<string>(SERVER_ADDRESSES[0], '/v1/status/leader');
    const leader = SERVER_ADDRESSES.find((address) => leading.startsWith(`${address}:`));
    if (leader === undefined) throw new Error('no server leads');
    return leader;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#processes.map((process) => process.kill()));
    for (const { tally } of [...this.servers, ...this.agents]) tally.stop();
  }

  async #isLed(): Promise<boolean> {
    try {
      for (const { address } of this.agents) {
        const nodes = await askJson<unknown[]>(address, '/v1/catalog/nodes');
        if (nodes.length < this.#processes.length) return false;
      }
      return (await ask(SERVER_ADDRESSES[0], 'GET', '/v1/status/leader')).includes(':');
    } catch {
      return false;
    }
  }
}
