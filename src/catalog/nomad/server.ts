import type { BlockingServer } from '../blocking/server.ts';

/** Nomad's names for what it shares with Consul. */
export const NOMAD: BlockingServer = {
  name: 'Nomad',
  role: 'agent',
  limit: 'an agent does beyond limits.http_max_conns_per_client',
  limitAdvice:
    'lower maxConnections, or raise limits.http_max_conns_per_client of the agent (100 by default, for all programs of one address)',
  tokenHeader: 'x-nomad-token',
  indexHeader: 'x-nomad-index',
  leaderHeader: 'x-nomad-knownleader',
  unknownPlace: { said: /no path to region/i, advice: 'check the name of the region' },
};
