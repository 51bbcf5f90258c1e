import { AutotmplError } from '../../core/errors.ts';
import {
  isCatalogQuery,
  queryId,
  type CatalogQuery,
  type Query,
  type Scope,
  type ServiceQuery,
} from '../query.ts';
import {
  freezeValue,
  type CatalogNode,
  type CatalogService,
  type KeyPair,
  type NodeDetail,
  type NodeService,
  type ServiceInstance,
  type Value,
} from '../values.ts';
import { worstStatus } from '../instance-status.ts';
import { relativeKey } from '../key-names.ts';
import { compareBy, compareText } from '../order.ts';
import { answerName } from './document-answers.ts';
import type { DocumentInstance } from './document-instances.ts';
import type { CatalogDocument } from './document.ts';

/** Parts of a scope that a document has nothing like. */
const ELSEWHERE: ReadonlySet<string> = new Set<keyof Scope>([
  'namespace',
  'partition',
  'peer',
  'samenessGroup',
]);

/**
 * The answer to any query: the whole one that the document has for it, or else what it holds. Throws an AutotmplError for a query that
 * neither can answer, and for what Consul would have trouble with, as {@link answerFrom} does.
 */
export function answerTo(document: CatalogDocument, query: Query): Value {
  const answer = document.answers.get(answerName(query));
  if (answer !== undefined) return answer;
  checkQuery(query);
  return answerFrom(document, query);
}

/** Throws an AutotmplError for a query that this document can never answer, as it stands. */
export function checkAnswerable(document: CatalogDocument, query: Query): void {
  if (!document.answers.has(answerName(query))) checkQuery(query);
}

/** Throws an AutotmplError for a query that a document can answer with a whole answer only. */
export function checkQuery(query: Query): asserts query is CatalogQuery {
  const label = queryId(query);
  if (!isCatalogQuery(query)) {
    throw new AutotmplError('catalog', `the catalog document does not answer ${label}`, {
      advice: `give it under answers, as ${JSON.stringify(answerName(query))}`,
    });
  }
  if (Object.entries(query).some(([name, value]) => ELSEWHERE.has(name) && value !== undefined)) {
    throw new AutotmplError(
      'catalog',
      `a catalog document has no namespaces, partitions, peers or sameness groups: ${label}`,
    );
  }
}

/**
 * The value that a document holds for a query: what Consul would answer where the same is registered. Throws an AutotmplError
 * for what Consul would have trouble with: a datacenter that nobody knows, a certificate that is not there.
 */
export function answerFrom(document: CatalogDocument, query: CatalogQuery): Value {
  return freezeValue(findValue(document, query));
}

function findValue(document: CatalogDocument, query: CatalogQuery): Value {
  switch (query.kind) {
    case 'service':
    case 'connect':
      return findInstances(document, query);
    case 'services':
      return findServices(instancesIn(document, datacenterOf(document, query)));
    case 'node':
      return findNode(document, query.name, datacenterOf(document, query));
    case 'nodes': {
      const datacenter = datacenterOf(document, query);
      const nodes = document.nodes.filter(({ Datacenter }) => Datacenter === datacenter);
      return query.near === undefined
        ? nodes.sort(compareBy<CatalogNode>(({ Node }) => Node))
        : nodes;
    }
    case 'datacenters':
      return datacentersOf(document).sort(compareText);
    case 'key': {
      const value = keysIn(document, datacenterOf(document, query)).get(query.path);
      return value === undefined ? null : toPair(query.path, query.path, value);
    }
    case 'tree':
      return findTree(keysIn(document, datacenterOf(document, query)), query.prefix);
    case 'caRoots':
      if (document.caRoots !== undefined) return document.caRoots;
      throw new AutotmplError('catalog', 'the catalog document has no caRoots');
    case 'partitions':
    case 'exportedServices':
    case 'importedServices':
    case 'peerings':
      throw new AutotmplError('catalog', `a catalog document has no ${query.kind}`);
    case 'caLeaf': {
      const leaf = document.caLeaf.get(query.service);
      if (leaf !== undefined) return leaf;
      throw new AutotmplError('catalog', `the catalog document has no caLeaf for ${query.service}`);
    }
  }
}

function findInstances(document: CatalogDocument, query: ServiceQuery): ServiceInstance[] {
  const nodes = new Map(document.nodes.map((node) => [node.Node, node]));
  const instances = instancesIn(document, datacenterOf(document, query))
    .filter(
      ({ service, connect, tags }) =>
        service === query.name &&
        (query.kind === 'service' || connect) &&
        (query.tag === undefined || tags.includes(query.tag)),
    )
    .flatMap((instance) => {
      const node = nodes.get(instance.node);
      return node === undefined ? [] : [toInstance(instance, node)];
    })
    .filter(({ Status }) => !query.passingOnly || Status === 'passing');
  return query.near === undefined
    ? instances.sort(
        compareBy<ServiceInstance>(
          ({ Node }) => Node,
          ({ ID }) => ID,
        ),
      )
    : instances;
}

function findServices(instances: readonly DocumentInstance[]): CatalogService[] {
  const tags = new Map<string, Set<string>>();
  for (const instance of instances) {
    const known = tags.get(instance.service) ?? new Set();
    tags.set(instance.service, known);
    for (const tag of instance.tags) known.add(tag);
  }
  return [...tags]
    .map(([name, names]) => ({ Name: name, Tags: [...names].sort(compareText) }))
    .sort(compareBy<CatalogService>(({ Name }) => Name));
}

/** Without a name: the first that the document tells of. */
function findNode(
  document: CatalogDocument,
  name: string | undefined,
  datacenter: string,
): NodeDetail | null {
  const node = document.nodes.find(
    ({ Node, Datacenter }) => Datacenter === datacenter && (name === undefined || Node === name),
  );
  if (node === undefined) return null;
  const services = document.instances
    .filter((instance) => instance.node === node.Node)
    .map((instance) => ({
      ID: instance.id,
      Service: instance.service,
      Tags: [...instance.tags].sort(compareText),
      Meta: instance.meta,
      Port: instance.port,
      Address: instance.address,
      EnableTagOverride: instance.enableTagOverride,
    }));
  return { Node: node, Services: services.sort(compareBy<NodeService>(({ ID }) => ID)) };
}

function findTree(keys: ReadonlyMap<string, string>, prefix: string): KeyPair[] {
  return [...keys]
    .filter(([path]) => path.startsWith(prefix))
    .map(([path, value]) => toPair(path, relativeKey(path, prefix), value))
    .filter(({ Key }) => Key !== '' && !Key.endsWith('/'))
    .sort(compareBy<KeyPair>(({ Path }) => Path));
}

function datacenterOf(document: CatalogDocument, { dc }: Scope): string {
  if (dc === undefined) return document.datacenter;
  if (datacentersOf(document).includes(dc)) return dc;
  throw new AutotmplError('catalog', `the catalog document has no datacenter ${dc}`, {
    advice: 'check the name of the datacenter',
  });
}

function datacentersOf(document: CatalogDocument): string[] {
  const named = document.nodes.map(({ Datacenter }) => Datacenter);
  return [...new Set([document.datacenter, ...named])];
}

function instancesIn(document: CatalogDocument, datacenter: string): DocumentInstance[] {
  const nodes = new Set(
    document.nodes.filter((node) => node.Datacenter === datacenter).map(({ Node }) => Node),
  );
  return document.instances.filter(({ node }) => nodes.has(node));
}

/** The document's keys are its own datacenter's. */
function keysIn(document: CatalogDocument, datacenter: string): ReadonlyMap<string, string> {
  return datacenter === document.datacenter ? document.keys : new Map();
}

function toInstance(instance: DocumentInstance, node: CatalogNode): ServiceInstance {
  const tags = [...instance.tags].sort(compareText);
  const checks = instance.checks.map(({ ofNode, ...check }) => ({
    Node: node.Node,
    ...check,
    ServiceID: ofNode ? '' : instance.id,
    ServiceName: ofNode ? '' : instance.service,
    ServiceTags: ofNode ? [] : tags,
  }));
  return {
    Node: node.Node,
    NodeID: node.ID,
    NodeAddress: node.Address,
    NodeDatacenter: node.Datacenter,
    NodeTaggedAddresses: node.TaggedAddresses,
    NodeMeta: node.Meta,
    ServiceMeta: instance.meta,
    Address: instance.address === '' ? node.Address : instance.address,
    ServiceTaggedAddresses: instance.taggedAddresses,
    ID: instance.id,
    Name: instance.service,
    Tags: tags,
    Checks: checks.sort(compareBy<(typeof checks)[number]>(({ CheckID }) => CheckID)),
    Status: worstStatus(checks),
    Port: instance.port,
    Weights: instance.weights,
  };
}

function toPair(path: string, key: string, value: string): KeyPair {
  return {
    Path: path,
    Key: key,
    Value: value,
    CreateIndex: 0,
    ModifyIndex: 0,
    LockIndex: 0,
    Flags: 0,
    Session: '',
  };
}
