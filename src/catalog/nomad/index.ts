import { AutotmplError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import { BlockingClient } from '../blocking/client.ts';
import { followQuery } from '../blocking/follow-query.ts';
import { Places } from '../blocking/places.ts';
import type { Catalog } from '../catalog.ts';
import { showHttpAddress } from '../http/address.ts';
import type { NomadQuery } from '../nomad-facts.ts';
import { homeOf, queryId } from '../query.ts';
import type { NomadOptions } from './options.ts';
import { planRequest } from './requests.ts';
import { NOMAD } from './server.ts';

/** What the catalog takes from outside. */
export interface NomadParts {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gives [0, 1). */
  readonly random?: () => number;
}

/**
 * A Nomad agent as a catalog of its services and variables. Throws an AutotmplError where the options cannot work; an agent that
 * is away is no reason.
 */
export function createNomadCatalog(options: NomadOptions, parts: NomadParts): Catalog {
  const { clock, logger, random = Math.random } = parts;
  const client = new BlockingClient(NOMAD, options, clock);
  const agent = showHttpAddress(options.address);
  if (agent.startsWith('https:') && !options.tls.verify) {
    logger.warn(
      `the certificate of Nomad at ${agent} is not checked: whoever is in between can answer in its place`,
      { nomad: agent },
    );
  }
  const places = new Places(() => client.connections.forWaits, clock, random);
  const follow = { client, places, clock, agent, waitMs: options.waitMs, random };
  return {
    name: 'nomad',
    watch(query, signal) {
      if (homeOf(query) !== 'nomad') {
        throw new AutotmplError('catalog', `Nomad cannot answer ${queryId(query)}`);
      }
      return followQuery(planRequest(query as NomadQuery, options), follow, signal);
    },
    close() {
      client.close();
    },
  };
}
