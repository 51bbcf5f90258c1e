import type { BlockingServer } from '../blocking/server.ts';

/** Consul's names for what it shares with others. */
export const CONSUL: BlockingServer = {
  name: 'Consul',
  role: 'agent',
  limit: 'an agent does beyond limits.http_max_conns_per_client',
  limitAdvice:
    'lower maxConnections, or raise limits.http_max_conns_per_client of the agent (200 by default, for all programs of one address)',
  tokenHeader: 'x-consul-token',
  indexHeader: 'x-consul-index',
  leaderHeader: 'x-consul-knownleader',
  lastContactHeader: 'x-consul-lastcontact',
  staleAdvice: "look at the agent's discovery_max_stale, by which any server may answer",
  filteredHeader: 'x-consul-results-filtered-by-acls',
  unknownPlace: {
    said: /no path to datacenter/i,
    advice: 'check the name of the datacenter',
  },
};
