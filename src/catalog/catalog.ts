/**
 * The contract between those who need facts and those who have them.
 *
 * A {@link Query} is plain data; {@link queryId} makes it a stable string. A {@link Catalog} keeps the answer
 * to a query current. Field names of the values are consul-template's, since templates print them.
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

/** The text of a local file. */
export interface FileQuery {
  readonly kind: 'file';
  /** Absolute path. */
  readonly path: string;
}

/** All that can be asked. */
export type Query =
  | ServiceQuery
  | ServicesQuery
  | NodeQuery
  | NodesQuery
  | DatacentersQuery
  | KeyQuery
  | TreeQuery
  | CaRootsQuery
  | CaLeafQuery
  | FileQuery;

/** A query's kind. */
export type QueryKind = Query['kind'];

/** The status of a check, an instance or a node, worst last. */
export const HEALTH_STATUSES = ['passing', 'warning', 'critical', 'maintenance'] as const;

/** One of {@link HEALTH_STATUSES}. */
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** A health check as the catalog knows it. */
export interface HealthCheck {
  readonly Node: string;
  readonly CheckID: string;
  readonly Name: string;
  readonly Status: string;
  readonly Notes: string;
  readonly Output: string;
  readonly ServiceID: string;
  readonly ServiceName: string;
  readonly ServiceTags: readonly string[];
}

/** One instance of a service. `Address` is the service's own, or else its node's. */
export interface ServiceInstance {
  readonly Node: string;
  readonly NodeID: string;
  readonly NodeAddress: string;
  readonly NodeDatacenter: string;
  readonly NodeTaggedAddresses: Readonly<Record<string, string>>;
  readonly NodeMeta: Readonly<Record<string, string>>;
  readonly ServiceMeta: Readonly<Record<string, string>>;
  readonly Address: string;
  readonly ServiceTaggedAddresses: Readonly<
    Record<string, { readonly Address: string; readonly Port: number }>
  >;
  readonly ID: string;
  readonly Name: string;
  /** Sorted. */
  readonly Tags: readonly string[];
  readonly Checks: readonly HealthCheck[];
  /** The worst of its checks. */
  readonly Status: HealthStatus;
  readonly Port: number;
  readonly Weights: { readonly Passing: number; readonly Warning: number };
}

/** A service's name and the union of its instances' tags, sorted. */
export interface CatalogService {
  readonly Name: string;
  readonly Tags: readonly string[];
}

/** A node. */
export interface CatalogNode {
  readonly ID: string;
  readonly Node: string;
  readonly Address: string;
  readonly Datacenter: string;
  readonly TaggedAddresses: Readonly<Record<string, string>>;
  readonly Meta: Readonly<Record<string, string>>;
}

/** A service as its node knows it. */
export interface NodeService {
  readonly ID: string;
  readonly Service: string;
  readonly Tags: readonly string[];
  readonly Meta: Readonly<Record<string, string>>;
  readonly Port: number;
  readonly Address: string;
  readonly EnableTagOverride: boolean;
}

/** A node and what runs on it, sorted by service ID. */
export interface NodeDetail {
  readonly Node: CatalogNode;
  readonly Services: readonly NodeService[];
}

/** A key and its value. Below a prefix `Key` is relative to it; `Path` is always whole. */
export interface KeyPair {
  readonly Path: string;
  readonly Key: string;
  readonly Value: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly LockIndex: number;
  readonly Flags: number;
  readonly Session: string;
}

/** A root certificate of the mesh. */
export interface CaRoot {
  readonly ID: string;
  readonly Name: string;
  readonly RootCertPEM: string;
  readonly Active: boolean;
}

/** A service's certificate in the mesh. */
export interface CaLeaf {
  readonly SerialNumber: string;
  readonly CertPEM: string;
  readonly PrivateKeyPEM: string;
  readonly Service: string;
  readonly ServiceURI: string;
  readonly ValidAfter: string;
  readonly ValidBefore: string;
}

/**
 * What each kind of query is answered with. Lists are sorted (instances by node then ID, keys by path), so
 * that equal means equal; `near` keeps the catalog's order. `null` says that the thing is known not to exist.
 * Values are deeply frozen, hold no functions, and their maps have no prototype.
 */
export interface ValueOf {
  service: readonly ServiceInstance[];
  connect: readonly ServiceInstance[];
  services: readonly CatalogService[];
  node: NodeDetail | null;
  nodes: readonly CatalogNode[];
  datacenters: readonly string[];
  key: KeyPair | null;
  tree: readonly KeyPair[];
  caRoots: readonly CaRoot[];
  caLeaf: CaLeaf;
  file: string | null;
}

/** Any value. */
export type Value = ValueOf[QueryKind];

/**
 * What is known about a query.
 *
 * - `fresh`: the catalog said so.
 * - `held`: the catalog is in trouble; `value` is the last good one, or undefined where there was none yet.
 * - `suspect`: the catalog answered, but the answer is not to be believed; `value` as in `held`.
 *
 * An error is never an absence: nothing but `fresh` may say that something is gone.
 */
export type Answer<T = Value> =
  | { readonly state: 'fresh'; readonly value: T }
  | { readonly state: 'held' | 'suspect'; readonly value: T | undefined; readonly reason: Error };

/** A source of facts. */
export interface Catalog {
  /** The backend's name, for logs. */
  readonly name: string;
  /**
   * Follows one query: the full value first, then again whenever it may have changed (the caller compares).
   *
   * Trouble is retried inside, for ever, with a capped and jittered delay; it is yielded once as `held` when it
   * begins, and its end as `fresh`. The iteration ends when the signal aborts, and then leaves no socket, timer or
   * watch behind. It throws only for a query that can never succeed, with an AutotmplError that says why.
   */
  watch(query: Query, signal: AbortSignal): AsyncIterable<Answer>;
  /** Gives back what the catalog holds beyond its watches (pooled connections, file watches). */
  close(): void;
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
    case 'file':
      return `file(${query.path})`;
  }
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

/** Freezes a value in depth and takes the prototypes off its maps; returns plain data that nobody can change. */
export function freezeValue<T>(value: T): T {
  if (Array.isArray(value)) {
    return Object.freeze(value.map((item: unknown) => freezeValue(item))) as T;
  }
  if (typeof value === 'object' && value !== null) {
    const copy = Object.create(null) as Record<string, unknown>;
    for (const [name, item] of Object.entries(value)) copy[name] = freezeValue(item);
    return Object.freeze(copy) as T;
  }
  return value;
}
