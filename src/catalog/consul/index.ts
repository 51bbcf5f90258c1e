import { whenAborted } from '../../core/deadline.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { Catalog } from '../catalog.ts';
import { isCatalogQuery, queryId, type CatalogQuery } from '../query.ts';
import { freezeValue } from '../values.ts';
import { openAccess, type AgentParts } from './access.ts';
import { showConsulAddress } from './address.ts';
import { Collapse } from './collapse/collapse.ts';
import { followQuery } from '../blocking/follow-query.ts';
import { needsCensus, type ConsulOptions } from './options.ts';
import type { RequestPlan } from '../blocking/request-plan.ts';
import { UnaskableError } from '../http/api-path.ts';
import { planRequest } from './requests.ts';
import { CONSUL } from './server.ts';
import { nothingUnder, sayUnaskable } from './unaskable.ts';

/** What the catalog takes from outside. */
export interface ConsulParts extends AgentParts {
  /** Whether the tries are counted that the options allow; otherwise they go on for ever. */
  readonly givesUp?: boolean;
  /** Whether what the agent's cache had last is given, as `held`, where a first answer is not to be had from the servers. */
  readonly fallsBack?: boolean;
}

/**
 * A Consul agent as a catalog. Throws an AutotmplError where the options cannot work; an agent that is away is no reason.
 *
 * A blocking query that is cancelled keeps its connection counted at the agent until its wait runs out, whether the socket is
 * closed here by FIN, by RST or by half (seen on 1.8.7; only what it answers with `cached` is freed at once). So connections
 * are few, and the waits of a new watch short.
 */
export function createConsulCatalog(options: ConsulOptions, parts: ConsulParts): Catalog {
  const { clock, logger, givesUp = false, fallsBack = false, random = Math.random } = parts;
  const agent = showConsulAddress(options.address);
  const access = openAccess(options, parts);
  const { way } = access;
  const { client, places, budget, landmark, census } = way;
  const { address, tls } = options;
  if (address.transport === 'tcp' && address.secure && !tls.verify) {
    logger.warn(
      `the certificate of Consul at ${agent} is not checked: whoever is in between can answer in its place`,
      { agent },
    );
  }
  const { attempts, ...pauses } = options.retry ?? {};
  const retry = givesUp && attempts !== undefined ? { attempts, ...pauses } : pauses;
  const follow = {
    client,
    places,
    clock,
    agent,
    waitMs: options.waitMs,
    retry,
    random,
    fallsBack,
    members: () => census.members,
  };
  const plan = (query: CatalogQuery): RequestPlan => {
    const asked = planRequest(query, options, landmark);
    return way.rings(options) ? asked : { ...asked, rungAs: undefined };
  };
  const collapse = new Collapse({
    ...{ follow, logger, plan, from: options.collapseFrom },
    forWaits: () => client.connections.forWaits,
  });
  const uncount = budget.collapses(() => collapse.counts);

  const counts = needsCensus(options);
  return {
    name: 'consul',
    async *watch(query, signal, known) {
      if (!isCatalogQuery(query)) {
        throw new AutotmplError('catalog', `Consul cannot answer ${queryId(query)}`);
      }
      way.introduce();
      if (counts) census.begin();
      let answered = false;
      const budgeted = budget.begin();
      try {
        const answers =
          query.kind === 'key'
            ? collapse.watch(query, signal, known)
            : followQuery(plan(query), follow, signal, known);
        for await (const answer of answers) {
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
    traffic: () => ({
      server: CONSUL.name,
      ...client.usage(),
      queries: budget.queries,
      visited: places.visited,
      collapsed: collapse.counts,
    }),
    close() {
      uncount();
      access.close();
    },
  };
}
