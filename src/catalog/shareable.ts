import type { CatalogQuery, Query } from './query.ts';

/** A query whose answer is the same for whoever asks. */
export type ShareableQuery = Extract<
  CatalogQuery,
  {
    readonly kind:
      'service' | 'connect' | 'services' | 'node' | 'nodes' | 'datacenters' | 'key' | 'tree';
  }
>;

/**
 * Whether the answer to a query may be taken from another instance. Never a secret (Vault's, Nomad's, a private key), and never what has to do
 * with the place where it is asked: local files, programs, the agent's own node, and what is sorted by the way from there.
 */
export function isShareable(query: Query): query is ShareableQuery {
  switch (query.kind) {
    case 'service':
    case 'connect':
    case 'nodes':
      return query.near !== '_agent';
    case 'node':
      return query.name !== undefined;
    case 'services':
    case 'datacenters':
    case 'key':
    case 'tree':
      return true;
    case 'caLeaf':
    case 'vaultRead':
    case 'vaultWrite':
    case 'vaultList':
    case 'vaultPki':
    case 'nomadVar':
    case 'nomadVarList':
      return false;
    case 'file':
    case 'plugin':
      return false;
    case 'caRoots':
    case 'exportedServices':
    case 'importedServices':
    case 'nomadService':
    case 'nomadServices':
    case 'partitions':
    case 'peerings':
      // They would be no risk, and are too seldom asked to be worth it.
      return false;
  }
}
