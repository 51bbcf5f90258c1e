import type { Ask, Finding, Scrutiny } from '../blocking/request-plan.ts';
import { encodePath, parametersOf } from '../http/api-path.ts';
import { asList, asRecord, parseJson } from '../http/shapes.ts';
import type { CatalogQuery, NodeQuery, ServiceQuery } from '../query.ts';
import type {
  CatalogNode,
  CatalogService,
  KeyPair,
  NodeDetail,
  ServiceInstance,
  Value,
} from '../values.ts';
import {
  aclRulesOf,
  ALL_NODES,
  ALL_SERVICES,
  describeAclRules,
  type AclRule,
} from './acl-rules.ts';
import type { Landmark } from './landmark.ts';
import {
  findRights,
  tryKeys,
  tryNodes,
  tryServices,
  type ScopeParameters,
  type Trial,
} from './trials.ts';

/** Nobody's name: who may read all nodes may read this one. */
const ANY_NODE = 'autotmpl-asks-whether-it-may-read-any-node';

/** What is known of one kind of query. */
interface Kind<V> {
  readonly size: (value: V) => number;
  /** What to try for what is lost; what was never there has no names. */
  readonly tryLost: (known: V, found: V) => readonly Trial[];
  /** The same, but for what the token may read as what is found shows. Absent: that shows nothing. */
  readonly tryUnseen?: (known: V, found: V) => readonly Trial[];
  /** What to find out where the first answer of all has no members. Absent: it is believed. */
  readonly findFirst?: (ask: Ask) => Promise<Finding>;
}

/** By what it is told whether an answer to a query has lost something; undefined for one that is no list of anything. */
export function scrutinyOf(
  query: CatalogQuery,
  scope: ScopeParameters,
  landmark: Landmark | undefined,
): Scrutiny | undefined {
  switch (query.kind) {
    case 'service':
    case 'connect':
      return scrutiny(instancesOf(query, scope), scope, landmark);
    case 'services':
      return scrutiny(namesOf(scope), scope, landmark);
    case 'nodes':
      return scrutiny(nodesOf(scope), scope, landmark);
    case 'node':
      return scrutiny(detailOf(query, scope), scope, landmark);
    case 'tree':
      return scrutiny(keysOf(query.prefix, scope, ruleOf(query)), scope, landmark);
    case 'key':
      // A key that may not be read is refused: no doubt about that.
      return {
        size: (value) => (value === null ? 0 : 1),
        fromFirst: false,
        findRights: () => Promise.resolve('granted'),
      };
    case 'datacenters':
    case 'caRoots':
    case 'caLeaf':
    case 'partitions':
    case 'exportedServices':
    case 'importedServices':
    case 'peerings':
      return undefined;
  }
}

function scrutiny<V extends Value>(
  kind: Kind<V>,
  scope: ScopeParameters,
  landmark: Landmark | undefined,
): Scrutiny {
  // What another cluster shows of its own is no matter of the token's rights here.
  const isOurs = scope.peer === undefined && scope['sameness-group'] === undefined;
  return {
    size: (value) => kind.size(value as V),
    fromFirst: true,
    async findRights(known, found, ask, isGrave) {
      if (!isOurs) return 'unknown';
      if (known === undefined) return (await kind.findFirst?.(ask)) ?? 'unknown';
      const { tryLost, tryUnseen = tryLost } = kind;
      const trials = (isGrave ? tryLost : tryUnseen)(known as V, found as V);
      if (trials.length === 0 && !isGrave) return 'granted';
      const finding = await findRights(trials, ask);
      if (finding !== 'unknown' || scope.dc !== undefined || landmark === undefined) return finding;
      return (await landmark.isLost(ask)) ? 'blind' : 'unknown';
    },
  };
}

function instancesOf(
  query: ServiceQuery,
  scope: ScopeParameters,
): Kind<readonly ServiceInstance[]> {
  const { name } = query;
  const serviceRule = rule({ resource: 'service', name, access: 'read' });
  return {
    size: ({ length }) => length,
    tryLost: (known, found) => {
      const lost = missingFrom(found, known, ({ Node, ID }) => `${Node} ${ID}`);
      return [
        ...tryServices([name, ...lost.map(({ Name }) => Name)], scope, serviceRule),
        ...tryNodesOf(lost, scope),
      ];
    },
    // All are of one service. Those of the mesh may be proxies with names of their own.
    ...(query.kind === 'service' && {
      tryUnseen: (known, found) => {
        const lost = missingFrom(found, known, ({ Node }) => Node);
        return tryNodesOf(lost, scope);
      },
    }),
    findFirst: async (ask) => {
      const ofService = await findRights(tryServices([name], scope, serviceRule), ask);
      if (typeof ofService === 'object') return ofService;
      const ofNodes = await findRights(tryNodes([ANY_NODE], scope, rule(ALL_NODES)), ask);
      if (typeof ofNodes !== 'object' || query.kind === 'connect') return ofService;
      // It may read some nodes, and those may be all that the service ever runs on.
      return (await hasHiddenInstances(name, scope, ask)) ? ofNodes : ofService;
    },
  };
}

/** Whether the nodes of what is lost may be read. */
function tryNodesOf(lost: readonly { readonly Node: string }[], scope: ScopeParameters) {
  return tryNodes(
    lost.map(({ Node }) => Node),
    scope,
    rule(ALL_NODES),
  );
}

/** A service is listed for whoever may read it, its instances only for whoever may read their nodes too. */
async function hasHiddenInstances(
  name: string,
  scope: ScopeParameters,
  ask: Ask,
): Promise<boolean> {
  const path = encodePath(name);
  if (path === undefined) return false;
  const [listed, instances] = await Promise.all([
    ask(`/v1/catalog/services${parametersOf(scope)}`),
    ask(`/v1/catalog/service/${path}${parametersOf(scope)}`),
  ]);
  if (listed.status !== 200 || instances.status !== 200) return false;
  const names = asRecord(parseJson(listed.body), 'the catalog of services');
  return Object.hasOwn(names, name) && asList(parseJson(instances.body), 'the list').length === 0;
}

function namesOf(scope: ScopeParameters): Kind<readonly CatalogService[]> {
  return {
    size: ({ length }) => length,
    tryLost: (known, found) => {
      const lost = missingFrom(found, known, ({ Name }) => Name);
      return tryServices(
        lost.map(({ Name }) => Name),
        scope,
        rule(ALL_SERVICES),
      );
    },
  };
}

function nodesOf(scope: ScopeParameters): Kind<readonly CatalogNode[]> {
  return {
    size: ({ length }) => length,
    tryLost: (known, found) => {
      const lost = missingFrom(found, known, ({ Node }) => Node);
      return tryNodesOf(lost, scope);
    },
    findFirst: (ask) => findRights(tryNodes([ANY_NODE], scope, rule(ALL_NODES)), ask),
  };
}

function detailOf({ name }: NodeQuery, scope: ScopeParameters): Kind<NodeDetail | null> {
  const nodeRule = (node: string): string => rule({ resource: 'node', name: node, access: 'read' });
  return {
    size: (detail) => (detail === null ? 0 : 1 + detail.Services.length),
    tryLost: (known, found) => {
      if (known === null) return [];
      const lost = missingFrom(found?.Services ?? [], known.Services, ({ ID }) => ID);
      const { Node } = known.Node;
      return [
        ...tryNodes([Node], scope, nodeRule(Node)),
        ...tryServices(
          lost.map(({ Service }) => Service),
          scope,
          rule(ALL_SERVICES),
        ),
      ];
    },
    ...(name !== undefined && {
      findFirst: (ask) => findRights(tryNodes([name], scope, nodeRule(name)), ask),
    }),
  };
}

function keysOf(
  prefix: string,
  scope: ScopeParameters,
  prefixRule: string,
): Kind<readonly KeyPair[]> {
  return {
    size: ({ length }) => length,
    tryLost: (known, found) => {
      const lost = missingFrom(found, known, ({ Path }) => Path);
      return tryKeys(
        lost.map(({ Path }) => Path),
        scope,
        prefixRule,
      );
    },
    findFirst: (ask) => findRights(tryKeys([prefix], scope, prefixRule), ask),
  };
}

function missingFrom<T>(
  found: readonly T[],
  known: readonly T[],
  name: (member: T) => string,
): readonly T[] {
  const names = new Set(found.map(name));
  return known.filter((member) => !names.has(name(member)));
}

function ruleOf(query: CatalogQuery): string {
  return describeAclRules(aclRulesOf(query));
}

function rule(one: AclRule): string {
  return describeAclRules([one]);
}
