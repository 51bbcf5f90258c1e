import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import { BlockingClient } from '../blocking/client.ts';
import type { Ask } from '../blocking/request-plan.ts';
import { Places } from '../blocking/places.ts';
import { showConsulAddress } from './address.ts';
import { describeAgent } from './agent.ts';
import { Budget } from './budget.ts';
import { Census } from './census.ts';
import { Landmark } from './landmark.ts';
import type { ConsulOptions } from './options.ts';
import { CONSUL } from './server.ts';
import { ServiceBells } from './service-bells.ts';

/** Whoever runs for less than this has no use for a line about the agent. */
const INTRODUCE_AFTER_MS = 3000;

/** What agents are reached with. */
export interface AccessParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gives [0, 1). */
  readonly random?: () => number;
}

/** What whoever reaches an agent takes from outside. */
export interface AgentParts extends AccessParts {
  /** How agents are reached; absent: over connections of one's own. */
  readonly accesses?: AgentAccesses;
}

/** One agent, as all those reach it who have the same way to it: the connections are theirs together, and counted together. */
export interface AgentWay {
  readonly client: BlockingClient;
  readonly places: Places;
  readonly budget: Budget;
  readonly landmark: Landmark;
  readonly census: Census;
  /** Whether there are bells for services where these options look. */
  rings(options: ConsulOptions): boolean;
  /** Looks at the agent a while after the first call, and says what is of interest about it. */
  introduce(): void;
}

/** One user's hold on the way to an agent. */
export interface AgentAccess {
  readonly way: AgentWay;
  /** Gives it back; with the last one the connections are closed. */
  close(): void;
}

/** The ways by which agents are reached: the same options give the same connections, whoever asks for them. */
export class AgentAccesses {
  readonly #parts: AccessParts;
  readonly #open = new Map<string, { readonly shared: SharedWay; users: number }>();

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /** To be closed by whoever asks. Throws an AutotmplError where the options cannot work. */
  open(options: ConsulOptions): AgentAccess {
    const way = wayOf(options);
    const entry = this.#open.get(way) ?? {
      shared: new SharedWay(options, this.#parts),
      users: 0,
    };
    this.#open.set(way, entry);
    entry.users += 1;
    const { shared } = entry;
    let isOurs = true;
    return {
      way: shared,
      close: () => {
        if (!isOurs) return;
        isOurs = false;
        entry.users -= 1;
        if (entry.users > 0) return;
        this.#open.delete(way);
        shared.close();
      },
    };
  }
}

/** The way to an agent: one that is shared, or one's own. Throws an AutotmplError where the options cannot work. */
export function openAccess(options: ConsulOptions, parts: AgentParts): AgentAccess {
  return (parts.accesses ?? new AgentAccesses(parts)).open(options);
}

class SharedWay implements AgentWay {
  readonly client: BlockingClient;
  readonly places: Places;
  readonly budget: Budget;
  readonly landmark = new Landmark();
  readonly #bells: ServiceBells;
  readonly census: Census;
  readonly #options: ConsulOptions;
  readonly #parts: AccessParts;
  readonly #closed = new AbortController();
  #cancelIntroduction: CancelTimer | undefined;
  readonly #ask: Ask = (path) => this.client.read({ path, packed: false }, this.#closed.signal);

  constructor(options: ConsulOptions, parts: AccessParts) {
    const { clock, logger, random = Math.random } = parts;
    this.#options = options;
    this.#parts = parts;
    const agent = showConsulAddress(options.address);
    const client = new BlockingClient(
      CONSUL,
      { ...options, multiplexes: true, onTurnedAway: () => this.budget.turnedAway() },
      clock,
    );
    this.client = client;
    this.budget = new Budget({
      ...{ agent, logger, clock },
      usage: () => client.usage(),
      visited: () => this.places.visited,
    });
    this.census = new Census({
      ...{ agent, logger, clock },
      count: async () => (await describeAgent(this.#ask))?.members,
    });
    const { waitMs, namespace, partition } = options;
    const scope = { ns: namespace, partition };
    this.#bells = new ServiceBells({ client, clock, waitMs, random, logger, scope });
    const forWaits = (): number => Math.max(0, client.connections.forWaits - this.#bells.places);
    this.places = new Places(forWaits, clock, random, this.#bells.rung);
  }

  rings({ namespace, partition }: ConsulOptions): boolean {
    return namespace === this.#options.namespace && partition === this.#options.partition;
  }

  introduce(): void {
    const { clock } = this.#parts;
    this.#cancelIntroduction ??= clock.setTimer(() => void this.#look(), INTRODUCE_AFTER_MS);
  }

  close(): void {
    this.#closed.abort();
    this.census.close();
    this.budget.close();
    this.#bells.close();
    this.#cancelIntroduction?.();
    this.client.close();
  }

  async #look(): Promise<void> {
    const { logger } = this.#parts;
    const { address, maxConnections } = this.#options;
    await this.landmark.look(this.#ask).catch(() => false);
    const description = await describeAgent(this.#ask);
    if (description === undefined) return;
    const agent = showConsulAddress(address);
    const limit = description.maxConnectionsPerClient;
    const fields = { agent, version: description.version, maxConnections };
    if (limit !== undefined && limit > 0 && limit < maxConnections) {
      logger.warn(
        `Consul grants one address ${limit} connections, and maxConnections allows ${maxConnections}`,
        fields,
      );
    } else {
      logger.debug(`Consul ${description.version} answers at ${agent}`, fields);
    }
  }
}

/** What makes connections that cannot serve for one another. */
function wayOf(options: ConsulOptions): string {
  const { address, auth, tls, token, tokenFile, maxConnections, connections } = options;
  return JSON.stringify([address, auth, tls, token, tokenFile, maxConnections, connections]);
}
