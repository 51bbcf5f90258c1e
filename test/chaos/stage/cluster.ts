import { waitUntil } from '../../support/wait-until.ts';
import { Agent, MANAGEMENT_TOKEN, SERVER_ADDRESSES } from './agent.ts';
import { ask, askJson } from './ask.ts';
import { PROGRAM_TOKEN, type Tokens } from './tokens.ts';

/** The agent that autotmpl asks, and the one that services are registered at. */
export const PROGRAM_AGENT = '127.0.0.20';
export const WRITER_AGENT = '127.0.0.21';
/** All addresses of agents. */
export const AGENT_ADDRESSES = [...SERVER_ADDRESSES, PROGRAM_AGENT, WRITER_AGENT];

const HEALTHY_WITHIN_MS = 60_000;

/** Three servers and two clients, with access control that denies by default. */
export class Cluster {
  readonly servers: readonly Agent[];
  readonly programAgent: Agent;
  readonly writerAgent: Agent;
  readonly #tokens: Tokens;

  constructor(folder: string, tokens: Tokens) {
    this.servers = SERVER_ADDRESSES.map((address) => new Agent(folder, address));
    this.programAgent = new Agent(folder, PROGRAM_AGENT);
    this.writerAgent = new Agent(folder, WRITER_AGENT, MANAGEMENT_TOKEN);
    this.#tokens = tokens;
  }

  /** Starts all, and waits for a leader and for both clients to find it. */
  async start(): Promise<void> {
    for (const agent of this.#all()) await agent.start();
    await this.untilLed();
    await this.#tokens.create(PROGRAM_TOKEN);
  }

  /** Resolves once both clients reach a leader. */
  async untilLed(): Promise<void> {
    for (const agent of [this.programAgent, this.writerAgent]) {
      await waitUntil(() => isLed(agent.address), {
        timeoutMs: HEALTHY_WITHIN_MS,
        what: `a leader, as ${agent.address} sees it`,
      });
    }
  }

  /** The server that leads, and the others; throws where nobody does. */
  async roles(): Promise<{ readonly leader: Agent; readonly followers: readonly Agent[] }> {
    const leading = await askJson<string>(PROGRAM_AGENT, '/v1/status/leader');
    const leader = this.servers.find(({ address }) => leading.startsWith(`${address}:`));
    if (leader === undefined) throw new Error('no server leads');
    return { leader, followers: this.servers.filter((server) => server !== leader) };
  }

  /** Takes the data of all servers, and makes the tokens anew, which were a part of it. */
  async wipe(): Promise<void> {
    await Promise.all(this.servers.map((server) => server.kill()));
    for (const server of this.servers) server.wipe();
    for (const server of this.servers) await server.start();
    await this.untilLed();
    await this.#tokens.restore();
  }

  /** Ends all. */
  async stop(): Promise<void> {
    await Promise.all(this.#all().map((agent) => agent.kill()));
  }

  #all(): Agent[] {
    return [...this.servers, this.programAgent, this.writerAgent];
  }
}

async function isLed(address: string): Promise<boolean> {
  try {
    // Asked of the leader itself, through this agent.
    return (await ask(address, 'GET', '/v1/health/service/consul')).length > 10;
  } catch {
    return false;
  }
}
