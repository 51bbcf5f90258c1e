import { fingerprint } from './fingerprint.ts';
import { nomadQueryId, type NomadQuery } from './nomad-facts.ts';
import { vaultQueryId, type VaultQuery } from './vault-facts.ts';

/**
 * All that can be asked of a catalog. A {@link Query} is plain data; {@link queryId} makes it a stable string.
 */

/** Where in the catalog a query looks. Absent means the agent's own. */
export interface Scope {
  readonly dc?: string;
  readonly namespace?: string;
  readonly partition?: string;
  readonly peer?: string;
  readonly samenessGroup?: string;
}

/** Instances of a service; `connect` asks for those that can be reached through the mesh. */
export interface ServiceQuery extends Scope {
  readonly kind: 'service' | 'connect';
  readonly name: string;
  readonly tag?: string;
  /** Sort by round trip time from this node; `_agent` is the agent's own. */
  readonly near?: string;
  /** True: only instances whose checks all pass. False: every instance, with its status. */
  readonly passingOnly: boolean;
}

/** The names and tags of all services. */
export interface ServicesQuery extends Scope {
  readonly kind: 'services';
}

/** One node with the services on it; without a name, the agent's own node. */
export interface NodeQuery extends Scope {
  readonly kind: 'node';
  readonly name?: string;
}

/** All nodes. */
export interface NodesQuery extends Scope {
  readonly kind: 'nodes';
  readonly near?: string;
}

/** The names of all datacenters; `reachableOnly` leaves out those that do not answer. */
export interface DatacentersQuery {
  readonly kind: 'datacenters';
  readonly reachableOnly: boolean;
}

/** One key. */
export interface KeyQuery extends Scope {
  readonly kind: 'key';
  readonly path: string;
}

/** Every key below a prefix, folder markers left out. `ls` and `tree` both read it. */
export interface TreeQuery extends Scope {
  readonly kind: 'tree';
  readonly prefix: string;
}

/** The root certificates of the mesh. */
export interface CaRootsQuery {
  readonly kind: 'caRoots';
}

/** The leaf certificate of a service in the mesh. Its value holds a private key. */
export interface CaLeafQuery {
  readonly kind: 'caLeaf';
  readonly service: string;
}

/** The admin partitions (Consul Enterprise). */
export interface PartitionsQuery {
  readonly kind: 'partitions';
}

/** The services that a partition lets others use, or that others let it use. */
export interface SharedServicesQuery {
  readonly kind: 'exportedServices' | 'importedServices';
  /** Absent: the agent's own. */
  readonly partition?: string;
}

/** The clusters that this one is peered with. */
export interface PeeringsQuery {
  readonly kind: 'peerings';
  /** Absent: the agent's own. */
  readonly partition?: string;
}

/** What partitions and peers share. */
export type SharingQuery = PartitionsQuery | SharedServicesQuery | PeeringsQuery;

/** The text of a local file. */
export interface FileQuery {
  readonly kind: 'file';
  /** Absolute path. */
  readonly path: string;
}

/** What a program of this machine prints. */
export interface PluginQuery {
  readonly kind: 'plugin';
  /** The program and its arguments; no shell. */
  readonly command: readonly [string, ...string[]];
}

/** What a catalog of services and keys is asked: Consul, or whatever was chosen in its place. */
export type CatalogQuery =
  | ServiceQuery
  | ServicesQuery
  | NodeQuery
  | NodesQuery
  | DatacentersQuery
  | KeyQuery
  | TreeQuery
  | CaRootsQuery
  | CaLeafQuery
  | SharingQuery;

/** All that can be asked. */
export type Query = CatalogQuery | FileQuery | PluginQuery | VaultQuery | NomadQuery;

/** A query's kind. */
export type QueryKind = Query['kind'];

/** Who answers a query: the catalog that was chosen, or one that stands beside it. */
export type QueryHome = 'catalog' | 'local' | 'vault' | 'nomad';

const HOMES: Readonly<Record<QueryKind, QueryHome>> = {
  service: 'catalog',
  connect: 'catalog',
  services: 'catalog',
  node: 'catalog',
  nodes: 'catalog',
  datacenters: 'catalog',
  key: 'catalog',
  tree: 'catalog',
  caRoots: 'catalog',
  caLeaf: 'catalog',
  partitions: 'catalog',
  exportedServices: 'catalog',
  importedServices: 'catalog',
  peerings: 'catalog',
  file: 'local',
  plugin: 'local',
  vaultRead: 'vault',
  vaultWrite: 'vault',
  vaultList: 'vault',
  vaultPki: 'vault',
  nomadServices: 'nomad',
  nomadService: 'nomad',
  nomadVar: 'nomad',
  nomadVarList: 'nomad',
};

/** Who answers a query. */
export function homeOf(query: Query): QueryHome {
  return HOMES[query.kind];
}

/** Whether a query is for the catalog that was chosen. */
export function isCatalogQuery(query: Query): query is CatalogQuery {
  return homeOf(query) === 'catalog';
}

/**
 * A query as a stable string: cache key, graph node and log label. Two queries that ask for the same thing
 * have the same one, and two that do not, never: every field takes part.
 */
export function queryId(query: Query): string {
  switch (query.kind) {
    case 'service':
    case 'connect':
      return (
        `${query.kind}(${query.tag === undefined ? '' : `${query.tag}.`}${nameId(query.name, PLAIN_SERVICE)}${scopeId(query)}` +
        `${query.near === undefined ? '' : `~${query.near}`}${query.passingOnly ? '' : '|any'})`
      );
    case 'services':
      return `services(${scopeId(query)})`;
    case 'node':
      return `node(${query.name === undefined ? '' : nameId(query.name, PLAIN_NODE)}${scopeId(query)})`;
    case 'nodes':
      return `nodes(${scopeId(query)}${query.near === undefined ? '' : `~${query.near}`})`;
    case 'datacenters':
      return `datacenters(${query.reachableOnly ? 'reachable' : ''})`;
    case 'key':
      return `key(${query.path}${scopeId(query)})`;
    case 'tree':
      return `tree(${query.prefix}${scopeId(query)})`;
    case 'caRoots':
      return 'caRoots()';
    case 'caLeaf':
      return `caLeaf(${query.service})`;
    case 'partitions':
      return 'partitions()';
    case 'exportedServices':
    case 'importedServices':
    case 'peerings':
      return `${query.kind}(${scopeId(query)})`;
    case 'file':
      return `file(${query.path})`;
    case 'plugin':
      return pluginId(query.command);
    case 'vaultRead':
    case 'vaultWrite':
    case 'vaultList':
    case 'vaultPki':
      return vaultQueryId(query);
    case 'nomadServices':
    case 'nomadService':
    case 'nomadVar':
    case 'nomadVarList':
      return nomadQueryId(query);
  }
}

/** Arguments may hold anything, also what nobody shall see, and are as long as they like: they take part as a fingerprint. */
function pluginId([program, ...words]: PluginQuery['command']): string {
  return `plugin(${program}${words.length === 0 ? '' : ` #${fingerprint(words)}`})`;
}

const PLAIN_SERVICE = /^[\w-]+$/;
const PLAIN_NODE = /^[\w.-]+$/;

/** Anybody may register something called `v2.web@east`: quotes tell it from `web` with the tag `v2` in `east`. */
function nameId(name: string, plain: RegExp): string {
  return plain.test(name) ? name : JSON.stringify(name);
}

const SCOPE_PARAMETERS = [
  ['ns', 'namespace'],
  ['partition', 'partition'],
  ['peer', 'peer'],
  ['sameness-group', 'samenessGroup'],
] as const;

function scopeId(scope: Scope): string {
  const parameters = SCOPE_PARAMETERS.flatMap(([name, field]) =>
    scope[field] === undefined ? [] : [`${name}=${scope[field]}`],
  );
  const question = parameters.length === 0 ? '' : `?${parameters.join('&')}`;
  return `${question}${scope.dc === undefined ? '' : `@${scope.dc}`}`;
}
