import type { AgentClient } from '../agent-client.ts';
import type { Contender } from '../contender.ts';
import type { BenchOptions } from '../options.ts';
import type { Workspace } from '../workspace.ts';

/** What a scenario finds when it begins: an agent with nothing in it, and who is to be measured. */
export interface Setting {
  readonly options: BenchOptions;
  /** The folder of this project. */
  readonly root: string;
  /** `http://127.0.0.1:PORT` of the agent. */
  readonly origin: string;
  readonly port: number;
  readonly contenders: readonly Contender[];
  readonly workspace: Workspace;
  /** A client with a connection of its own; close it. */
  readonly newClient: () => AgentClient;
}
