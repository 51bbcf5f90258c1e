import { whenAborted } from '../../core/deadline.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { Catalog } from '../catalog.ts';
import { isCatalogQuery, queryId } from '../query.ts';
import { freezeValue } from '../values.ts';
import { showConsulAddress } from './address.ts';
import { describeAgent } from './agent.ts';
import { Budget } from './budget.ts';
import { followQuery } from '../blocking/follow-query.ts';
import { BlockingClient } from '../blocking/client.ts';
import type { Ask } from '../blocking/request-plan.ts';
import { Landmark } from './landmark.ts';
import type { ConsulOptions } from './options.ts';
import { Places } from '../blocking/places.ts';
import { UnaskableError } from '../http/api-path.ts';
import { planRequest } from './requests.ts';
import { CONSUL } from './server.ts';
import { nothingUnder, sayUnaskable } from './unaskable.ts';

/** What the catalog takes from outside. */
export interface ConsulParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the tries are counted that the options allow; otherwise they go on for ever. */
  readonly givesUp?: boolean;
  /** Gives [0, 1). */
  readonly random?: () => number;
}

/** Whoever runs for less than this has no use for a line about the agent. */
const INTRODUCE_AFTER_MS = 3000;

/**
 * A Consul agent as a catalog. Throws an AutotmplError where the options cannot work; an agent that is away is no reason.
 *
 * A blocking query that is cancelled keeps its connection counted at the agent until its wait runs out, whether the socket is
 * closed here by FIN, by RST or by half (seen on 1.8.7; only what it answers with `cached` is freed at once). So connections
 * are few, and the waits of a new watch short.
 */
export function createConsulCatalog(options: ConsulOptions, parts: ConsulParts): Catalog {
  const { clock, logger, givesUp = false, random = Math.random } = parts;
  const agent = showConsulAddress(options.address);
  const client = new BlockingClient(
    CONSUL,
    { ...options, multiplexes: true, onTurnedAway: () => budget.turnedAway() },
    clock,
  );
  const budget = new Budget({
    ...{ agent, logger, clock },
    usage: () => client.usage(),
    forWaits: () => client.connections.forWaits,
  });
  const { address, tls } = options;
  if (address.transport === 'tcp' && address.secure && !tls.verify) {
    logger.warn(
      `the certificate of Consul at ${agent} is not checked: whoever is in between can answer in its place`,
      { agent },
    );
  }
  const places = new Places(() => client.connections.forWaits, clock, random);
  const { attempts, ...pauses } = options.retry ?? {};
  const retry = givesUp && attempts !== undefined ? { attempts, ...pauses } : pauses;
  const follow = { client, places, clock, agent, waitMs: options.waitMs, retry, random };
  const closed = new AbortController();
  let cancelIntroduction: CancelTimer | undefined;

  const landmark = new Landmark();
  const introduce = async (): Promise<void> => {
    const ask: Ask = (path) => client.read({ path, packed: false }, closed.signal);
    await landmark.look(ask).catch(() => false);
    const description = await describeAgent(options, clock, closed.signal);
    if (description === undefined) return;
    const limit = description.maxConnectionsPerClient;
    const fields = { agent, version: description.version, maxConnections: options.maxConnections };
    if (limit !== undefined && limit > 0 && limit < options.maxConnections) {
      logger.warn(
        `Consul grants one address ${limit} connections, and maxConnections allows ${options.maxConnections}`,
        fields,
      );
    } else {
      logger.debug(`Consul ${description.version} answers at ${agent}`, fields);
    }
  };

  return {
    name: 'consul',
    async *watch(query, signal, known) {
      if (!isCatalogQuery(query)) {
        throw new AutotmplError('catalog', `Consul cannot answer ${queryId(query)}`);
      }
      cancelIntroduction ??= clock.setTimer(() => void introduce(), INTRODUCE_AFTER_MS);
      let answered = false;
      const budgeted = budget.begin();
      try {
        const plan = planRequest(query, options, landmark);
        for await (const answer of followQuery(plan, follow, signal, known)) {
          answered ||= answer.state === 'fresh';
          if (answered) budgeted.answered();
          yield answer;
        }
      } catch (error) {
        const nothing = nothingUnder(query);
        // What could be asked for once is not gone because the agent turns it away now.
        if (!(error instanceof UnaskableError) || nothing === undefined || answered) throw error;
        logger.warn(sayUnaskable(query), { agent });
        yield { state: 'fresh', value: freezeValue(nothing) };
        await whenAborted(signal);
      } finally {
        budgeted.end();
      }
    },
    traffic: () => ({ server: CONSUL.name, ...client.usage(), queries: budget.queries }),
    close() {
      closed.abort();
      budget.close();
      cancelIntroduction?.();
      client.close();
    },
  };
}
