import type {
  CaLeaf,
  CaRoot,
  CatalogNode,
  CatalogService,
  HealthCheck,
  KeyPair,
  NodeDetail,
  NodeService,
  ServiceInstance,
} from '../values.ts';
import { worstStatus } from '../instance-status.ts';
import { relativeKey } from '../key-names.ts';
import { compareBy, compareText } from '../order.ts';
import {
  asList,
  asNumber,
  asRecord,
  asText,
  asTextList,
  asTexts,
  mapRecord,
  ShapeError,
  type JsonRecord,
} from '../http/shapes.ts';

/** The order of instances. */
export const INSTANCE_ORDER = compareBy<ServiceInstance>(
  ({ Node }) => Node,
  ({ ID }) => ID,
);
/** The order of nodes. */
export const NODE_ORDER = compareBy<CatalogNode>(
  ({ Node }) => Node,
  ({ ID }) => ID,
);
/** The order of the services of a node. */
export const NODE_SERVICE_ORDER = compareBy<NodeService>(({ ID }) => ID);
/** The order of keys. */
export const PATH_ORDER = compareBy<KeyPair>(({ Path }) => Path);
/** The order of services. */
export const NAME_ORDER = compareBy<CatalogService>(({ Name }) => Name);

/** Instances of a service, from `/v1/health/service` and `/v1/health/connect`; `keepOrder` for those asked for by nearness. */
export function readInstances(body: unknown, keepOrder: boolean): readonly ServiceInstance[] {
  const instances = asList(body, 'the list of instances').map(readInstance);
  return keepOrder ? instances : instances.sort(INSTANCE_ORDER);
}

/** Names and tags, from `/v1/catalog/services`. */
export function readServices(body: unknown): readonly CatalogService[] {
  return Object.entries(asRecord(body, 'the catalog of services'))
    .map(([name, tags]) => ({ Name: name, Tags: readTags(tags) }))
    .sort(NAME_ORDER);
}

/** A node and its services, from `/v1/catalog/node`; null for a node that nobody knows. */
export function readNodeDetail(body: unknown): NodeDetail | null {
  if (body === null) return null;
  const detail = asRecord(body, 'the node');
  if (detail.Node === undefined || detail.Node === null) return null;
  return { Node: readNode(detail.Node), Services: readNodeServices(detail.Services) };
}

/** The services of a node, or some of them, from what `/v1/catalog/node` has as `Services`. */
export function readNodeServices(services: unknown): readonly NodeService[] {
  return Object.values(asRecord(services, 'the services of the node'))
    .map(readNodeService)
    .sort(NODE_SERVICE_ORDER);
}

/** Nodes, from `/v1/catalog/nodes`. */
export function readNodes(body: unknown, keepOrder: boolean): readonly CatalogNode[] {
  const nodes = asList(body, 'the list of nodes').map(readNode);
  return keepOrder ? nodes : nodes.sort(NODE_ORDER);
}

/** Names of datacenters, from `/v1/catalog/datacenters`. */
export function readDatacenters(body: unknown): readonly string[] {
  return asTextList(body, 'the list of datacenters', 'a datacenter').toSorted(compareText);
}

/** One key, from `/v1/kv/KEY`. */
export function readKey(body: unknown): KeyPair | null {
  const [pair] = asList(body, 'the key');
  return pair === undefined ? null : readPair(pair, (path) => path);
}

/** Every key below a prefix under its whole path, from `/v1/kv/PREFIX?recurse`: each as {@link readKey} gives it, in the server's order. */
export function readKeys(body: unknown): readonly KeyPair[] {
  return asList(body, 'the list of keys').map((pair) => readPair(pair, (path) => path));
}

/**
 * Keys below a prefix, from `/v1/kv/PREFIX?recurse`. The prefix is text, not a folder, so `p/s` finds `p/sub/c`; what follows
 * it, without the slashes at its front, is the key's name here. Folder markers, whose names end with a slash, are left out.
 */
export function readTree(body: unknown, prefix: string): readonly KeyPair[] {
  return asList(body, 'the list of keys')
    .map((pair) => readPair(pair, (path) => relativeKey(path, prefix)))
    .filter(({ Key }) => Key !== '' && !Key.endsWith('/'))
    .sort(PATH_ORDER);
}

/** Root certificates, from `/v1/agent/connect/ca/roots`; an agent that starts has none for a moment, which is no answer. */
export function readCaRoots(body: unknown): readonly CaRoot[] {
  const roots = asList(asRecord(body, 'the roots').Roots, 'the list of roots');
  if (roots.length === 0) throw new ShapeError('there are no roots yet');
  return roots
    .map((item) => {
      const root = asRecord(item, 'a root');
      return {
        ID: asText(root.ID, "a root's ID"),
        Name: asText(root.Name, "a root's name"),
        RootCertPEM: asText(root.RootCert, 'a root certificate'),
        Active: root.Active === true,
      };
    })
    .sort(compareBy<CaRoot>(({ ID }) => ID));
}

/** A leaf certificate, from `/v1/agent/connect/ca/leaf/SERVICE`. */
export function readCaLeaf(body: unknown): CaLeaf {
  const leaf = asRecord(body, 'the leaf certificate');
  return {
    SerialNumber: asText(leaf.SerialNumber, 'the serial number'),
    CertPEM: asText(leaf.CertPEM, 'the certificate'),
    PrivateKeyPEM: asText(leaf.PrivateKeyPEM, 'the private key'),
    Service: asText(leaf.Service, 'the service'),
    ServiceURI: asText(leaf.ServiceURI, 'the service URI'),
    ValidAfter: asText(leaf.ValidAfter, 'the beginning of validity'),
    ValidBefore: asText(leaf.ValidBefore, 'the end of validity'),
  };
}

function readInstance(item: unknown): ServiceInstance {
  const entry = asRecord(item, 'an instance');
  const node = readNode(entry.Node);
  const service = asRecord(entry.Service, 'a service');
  const checks = asList(entry.Checks, 'the checks')
    .map(readCheck)
    .sort(compareBy<HealthCheck>(({ CheckID }) => CheckID));
  const weights = asRecord(service.Weights, 'the weights');
  return {
    Node: node.Node,
    NodeID: node.ID,
    NodeAddress: node.Address,
    NodeDatacenter: node.Datacenter,
    NodeTaggedAddresses: node.TaggedAddresses,
    NodeMeta: node.Meta,
    ServiceMeta: asTexts(service.Meta, "a service's meta"),
    Address: asText(service.Address, "a service's address") || node.Address,
    ServiceTaggedAddresses: mapRecord(
      asRecord(service.TaggedAddresses, "a service's tagged addresses"),
      readTaggedAddress,
    ),
    ID: asText(service.ID, "a service's ID"),
    Name: asText(service.Service, "a service's name"),
    Tags: readTags(service.Tags),
    Checks: checks,
    Status: worstStatus(checks),
    Port: asNumber(service.Port, "a service's port"),
    Weights: {
      Passing: asNumber(weights.Passing ?? 1, 'a weight'),
      Warning: asNumber(weights.Warning ?? 1, 'a weight'),
    },
  };
}

function readTaggedAddress(value: unknown): { readonly Address: string; readonly Port: number } {
  const tagged = asRecord(value, 'a tagged address');
  return {
    Address: asText(tagged.Address, 'a tagged address'),
    Port: asNumber(tagged.Port, 'the port of a tagged address'),
  };
}

function readNode(item: unknown): CatalogNode {
  const node = asRecord(item, 'a node');
  return {
    ID: asText(node.ID, "a node's ID"),
    Node: asText(node.Node, "a node's name"),
    Address: asText(node.Address, "a node's address"),
    Datacenter: asText(node.Datacenter, "a node's datacenter"),
    TaggedAddresses: asTexts(node.TaggedAddresses, "a node's tagged addresses"),
    Meta: asTexts(node.Meta, "a node's meta"),
  };
}

function readNodeService(item: unknown): NodeService {
  const service = asRecord(item, 'a service');
  return {
    ID: asText(service.ID, "a service's ID"),
    Service: asText(service.Service, "a service's name"),
    Tags: readTags(service.Tags),
    Meta: asTexts(service.Meta, "a service's meta"),
    Port: asNumber(service.Port, "a service's port"),
    Address: asText(service.Address, "a service's address"),
    EnableTagOverride: service.EnableTagOverride === true,
  };
}

function readCheck(item: unknown): HealthCheck {
  const check: JsonRecord = asRecord(item, 'a check');
  return {
    Node: asText(check.Node, "a check's node"),
    CheckID: asText(check.CheckID, "a check's ID"),
    Name: asText(check.Name, "a check's name"),
    Status: asText(check.Status, "a check's status"),
    Notes: asText(check.Notes, "a check's notes"),
    Output: asText(check.Output, "a check's output"),
    ServiceID: asText(check.ServiceID, "a check's service"),
    ServiceName: asText(check.ServiceName, "a check's service"),
    ServiceTags: readTags(check.ServiceTags),
  };
}

function readPair(item: unknown, name: (path: string) => string): KeyPair {
  const pair = asRecord(item, 'a key');
  const path = asText(pair.Key, "a key's path");
  return {
    Path: path,
    Key: name(path),
    Value: Buffer.from(asText(pair.Value, "a key's value"), 'base64').toString('utf8'),
    CreateIndex: asNumber(pair.CreateIndex, "a key's create index"),
    ModifyIndex: asNumber(pair.ModifyIndex, "a key's modify index"),
    LockIndex: asNumber(pair.LockIndex, "a key's lock index"),
    Flags: asNumber(pair.Flags, "a key's flags"),
    Session: asText(pair.Session, "a key's session"),
  };
}

function readTags(tags: unknown): readonly string[] {
  return asTextList(tags, 'the tags', 'a tag').toSorted(compareText);
}
