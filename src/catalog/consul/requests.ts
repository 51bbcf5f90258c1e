import { bareMap } from '../../core/bare-map.ts';
import { queryId, type CatalogQuery, type Scope, type ServiceQuery } from '../query.ts';
import { freezeValue, type NodeDetail, type Value } from '../values.ts';
import { INDEXED, type Get, type RequestPlan } from '../blocking/request-plan.ts';
import { encodePath, parametersOf, UnaskableError } from '../http/api-path.ts';
import { aclRulesOf, describeAclRules } from './acl-rules.ts';
import { readsOf } from './consistency-of.ts';
import type { Landmark } from './landmark.ts';
import type { ConsulOptions } from './options.ts';
import { asRecord, asText, parseJson } from '../http/shapes.ts';
import { scrutinyOf } from './scrutiny.ts';
import { planSharing } from './sharing.ts';
import {
  INSTANCE_ORDER,
  NAME_ORDER,
  NODE_ORDER,
  NODE_SERVICE_ORDER,
  PATH_ORDER,
  readCaLeaf,
  readCaRoots,
  readDatacenters,
  readInstances,
  readKey,
  readNodeDetail,
  readNodeServices,
  readNodes,
  readServices,
  readTree,
} from './values.ts';

/** Where queries look that do not say so themselves, and who may answer them. */
export type ScopeDefaults = Pick<ConsulOptions, 'namespace' | 'partition' | 'reads' | 'readsOf'>;

/**
 * The plan for a query; throws an AutotmplError for one that this catalog can never answer, an UnaskableError where that is its name's fault. By the
 * landmark it is told whether a catalog is whole.
 */
export function planRequest(
  query: CatalogQuery,
  defaults: ScopeDefaults,
  landmark?: Landmark,
): RequestPlan {
  const scope = scopeOf(query as Scope, defaults);
  const fallback = CACHED.has(query.kind) ? { fallback: 'cached' } : {};
  const scrutiny = scrutinyOf(query, scope, landmark);
  return { ...planQuestion(query, defaults), ...fallback, scrutiny };
}

function planQuestion(query: CatalogQuery, defaults: ScopeDefaults): RequestPlan {
  const label = queryId(query);
  const aclRule = describeAclRules(aclRulesOf(query));
  const relaxed = relaxedReads(query, defaults);
  switch (query.kind) {
    case 'service':
    case 'connect':
      return {
        ...{ label, aclRule, relaxed, ...INDEXED, ...planInstances(query, defaults) },
        rungAs: bellNameOf(query, defaults),
      };
    case 'services':
      return {
        label,
        aclRule,
        relaxed,
        ...INDEXED,
        weight: WHOLE_CATALOG,
        path: `/v1/catalog/services${parametersOf(scopeOf(query, defaults))}`,
        read: readServices,
        inParts: { order: NAME_ORDER, isUnique: true },
      };
    case 'node':
      return {
        label,
        aclRule,
        relaxed,
        ...INDEXED,
        path: nodePath(query.name, parametersOf(scopeOf(query, defaults)), label),
        read: readNodeDetail,
        inParts: {
          order: NODE_SERVICE_ORDER,
          within: {
            name: 'Services',
            read: readNodeServices,
            itemsOf: (known) => (known as NodeDetail).Services,
            whole: putNodeTogether,
          },
        },
      };
    case 'nodes':
      return {
        label,
        aclRule,
        relaxed,
        ...INDEXED,
        weight: WHOLE_CATALOG,
        path: `/v1/catalog/nodes${parametersOf({ ...scopeOf(query, defaults), near: query.near })}`,
        read: (body) => readNodes(body, query.near !== undefined),
        inParts: { order: query.near === undefined ? NODE_ORDER : undefined },
      };
    case 'datacenters':
      return {
        label,
        aclRule,
        follows: 'poll',
        mayBeAbsent: false,
        fromServers: false,
        isShort: true,
        path: '/v1/catalog/datacenters',
        read: readDatacenters,
        ...(query.reachableOnly ? { refine: keepReachable } : {}),
      };
    case 'key':
      return {
        label,
        aclRule,
        relaxed,
        ...INDEXED,
        mayBeAbsent: true,
        isShort: true,
        path: `/v1/kv/${named(query.path, label)}${parametersOf(scopeOf(query, defaults))}`,
        read: readKey,
      };
    case 'tree':
      return {
        label,
        aclRule,
        relaxed,
        ...INDEXED,
        mayBeAbsent: true,
        path: `/v1/kv/${query.prefix === '' ? '' : named(query.prefix, label)}${parametersOf({
          recurse: '1',
          ...scopeOf(query, defaults),
        })}`,
        read: (body) => readTree(body, query.prefix),
        inParts: { order: PATH_ORDER },
      };
    case 'partitions':
    case 'exportedServices':
    case 'importedServices':
    case 'peerings': {
      const { endpoint, ...plan } = planSharing(query);
      const partition = 'partition' in query ? query.partition : undefined;
      const scope =
        query.kind === 'partitions' ? {} : { partition: partition ?? defaults.partition };
      return { label, aclRule, ...plan, path: `${endpoint}${parametersOf(scope)}` };
    }
    case 'caRoots':
      return {
        label,
        aclRule,
        ...INDEXED,
        fromServers: false,
        path: '/v1/agent/connect/ca/roots',
        read: readCaRoots,
      };
    case 'caLeaf':
      return {
        label,
        aclRule,
        ...INDEXED,
        fromServers: false,
        path: `/v1/agent/connect/ca/leaf/${named(query.service, label)}`,
        read: readCaLeaf,
      };
  }
}

/** What `readNodeDetail` gives, of what it says of the node and of its services, which are frozen. */
function putNodeTogether(rest: unknown, services: readonly unknown[]): Value {
  const detail = readNodeDetail(rest);
  if (detail === null) return null;
  const Services = services as NodeDetail['Services'];
  return Object.assign(bareMap<never>(), { Node: freezeValue(detail.Node), Services });
}

/** What goes through a whole table for each answer, and is woken by every write to it. */
const WHOLE_CATALOG = 5;

/**
 * What the agent's cache has (https://developer.hashicorp.com/consul/api-docs/features/caching); it ignores the parameter elsewhere, so that there the
 * leader is asked.
 */
const CACHED = new Set<CatalogQuery['kind']>(['service', 'connect', 'services']);
/** What the servers are not asked for, or not in a way that knows of staleness. */
const UNSTALE = new Set<CatalogQuery['kind']>(['datacenters', 'caRoots', 'caLeaf']);

function relaxedReads(query: CatalogQuery, defaults: ScopeDefaults): RequestPlan['relaxed'] {
  const { kind } = query;
  const reads = readsOf(query, defaults.readsOf ?? [], defaults.reads);
  const canBe = reads?.mode === 'cached' ? CACHED.has(kind) : !UNSTALE.has(kind);
  return canBe ? reads : undefined;
}

function planInstances(
  query: ServiceQuery,
  defaults: ScopeDefaults,
): Pick<RequestPlan, 'path' | 'read' | 'inParts'> {
  const question = parametersOf({
    ...scopeOf(query, defaults),
    tag: query.tag,
    near: query.near,
    passing: query.passingOnly ? '1' : undefined,
  });
  const endpoint = query.kind === 'connect' ? 'connect' : 'service';
  return {
    path: `/v1/health/${endpoint}/${named(query.name, queryId(query))}${question}`,
    read: (body) => readInstances(body, query.near !== undefined),
    inParts: { order: query.near === undefined ? INSTANCE_ORDER : undefined },
  };
}

/**
 * What bells call a service by, which Consul tells from another without regard to case. They ring for the agent's own datacenter and the default
 * scope. Instances in the mesh may come from elsewhere: from gateways, which change with the config.
 */
function bellNameOf(query: ServiceQuery, defaults: ScopeDefaults): string | undefined {
  const { kind, name, dc, peer, samenessGroup, namespace, partition } = query;
  const isElsewhere = dc !== undefined || peer !== undefined || samenessGroup !== undefined;
  const isOwn =
    (namespace ?? defaults.namespace) === defaults.namespace &&
    (partition ?? defaults.partition) === defaults.partition;
  const isPlain = kind === 'service' && /^[\x20-\x7e]+$/.test(name);
  return isPlain && isOwn && !isElsewhere ? name.toLowerCase() : undefined;
}

function nodePath(name: string | undefined, question: string, label: string): RequestPlan['path'] {
  if (name !== undefined) return `/v1/catalog/node/${named(name, label)}${question}`;
  return async (get) => {
    const self = asRecord(parseJson((await get('/v1/agent/self')).body), 'the agent');
    const own = asText(asRecord(self.Config, "the agent's config").NodeName, "the agent's node");
    return `/v1/catalog/node/${named(own, label)}${question}`;
  };
}

/** The datacenters that give an answer about their nodes. */
async function keepReachable(value: Value, get: Get): Promise<Value> {
  const names = value as readonly string[];
  const reached = await Promise.all(
    names.map((name) =>
      get(`/v1/catalog/nodes${parametersOf({ dc: name })}`).then(
        () => true,
        () => false,
      ),
    ),
  );
  return names.filter((_, position) => reached[position]);
}

function scopeOf(scope: Scope, defaults: ScopeDefaults): Record<string, string | undefined> {
  return {
    dc: scope.dc,
    ns: scope.namespace ?? defaults.namespace,
    partition: scope.partition ?? defaults.partition,
    peer: scope.peer,
    'sameness-group': scope.samenessGroup,
  };
}

function named(name: string, label: string): string {
  const path = encodePath(name);
  if (path !== undefined) return path;
  throw new UnaskableError('catalog', `Consul's HTTP API has no address for ${label}`, {
    advice:
      'a name must not be empty, begin with a slash, hold control characters, or have an empty, "." or ".." part between slashes',
  });
}
