import type { AgentClient } from '../agent-client.ts';
import type { Contender } from '../contender.ts';
import type { CountedAgent, Transport } from '../counted-agent.ts';
import type { BenchOptions } from '../options.ts';
import type { Workspace } from '../workspace.ts';

/** What a scenario finds that starts its own agents: a folder, and who is to be measured. */
export interface BareSetting {
  readonly options: BenchOptions;
  /** The folder of this project. */
  readonly root: string;
  readonly contenders: readonly Contender[];
  readonly workspace: Workspace;
  /** Starts an agent that counts; it is stopped at the end of the scenario where it was not before. */
  readonly startAgent: (transport: Transport) => Promise<CountedAgent>;
}

/** What other scenarios find when they begin: an agent with nothing in it as well. */
export interface Setting extends BareSetting {
  /** `http://127.0.0.1:PORT` of the agent. */
  readonly origin: string;
  readonly port: number;
  /** A client with a connection of its own; close it. */
  readonly newClient: () => AgentClient;
}
