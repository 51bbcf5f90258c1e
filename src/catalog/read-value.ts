import {
  asList,
  asNumber,
  asRecord,
  asText,
  asTexts,
  mapRecord,
  ShapeError,
} from './http/shapes.ts';
import {
  freezeValue,
  HEALTH_STATUSES,
  type CatalogNode,
  type CatalogService,
  type HealthCheck,
  type KeyPair,
  type NodeDetail,
  type NodeService,
  type ServiceInstance,
  type ValueOf,
} from './values.ts';
import type { ShareableQuery } from './shareable.ts';

/**
 * Reads the value of a query out of parsed JSON that another instance wrote, or whoever may write there: what comes out has the contract's
 * shape, field by field, and nothing else. Throws a ShapeError. It looks like the readers of Consul's and Nomad's own answers, which have other names, fill in
 * what a server leaves out, and sort: here all of that is done, and what is missing is refused.
 */
export function readValue(kind: ShareableQuery['kind'], value: unknown): ValueOf[typeof kind] {
  return freezeValue(READERS[kind](value));
}

const READERS: {
  readonly [Kind in ShareableQuery['kind']]: (value: unknown) => ValueOf[Kind];
} = {
  service: readInstances,
  connect: readInstances,
  services: (value) => listOf(value, readService),
  node: (value) => (value === null ? null : readDetail(value)),
  nodes: (value) => listOf(value, readNode),
  datacenters: (value) => listOf(value, readWord),
  key: (value) => (value === null ? null : readPair(value)),
  tree: (value) => listOf(value, readPair),
};

/** Absence is an answer, and so never what is read out of nothing. */
function listOf<T>(value: unknown, read: (item: unknown) => T): readonly T[] {
  if (!Array.isArray(value)) throw new ShapeError('the answer is not a list');
  return value.map((item: unknown) => read(item));
}

function recordOf(value: unknown, what: string) {
  if (value === undefined || value === null) throw new ShapeError(`${what} is missing`);
  return asRecord(value, what);
}

function readWord(value: unknown): string {
  if (typeof value !== 'string') throw new ShapeError('a name is not text');
  return value;
}

function readInstances(value: unknown): readonly ServiceInstance[] {
  return listOf(value, readInstance);
}

function readInstance(item: unknown): ServiceInstance {
  const found = recordOf(item, 'an instance');
  const status = HEALTH_STATUSES.find((one) => one === found.Status);
  if (status === undefined) throw new ShapeError('the status of an instance is none');
  const weights = asRecord(found.Weights, 'the weights');
  return {
    Node: asText(found.Node, 'Node'),
    NodeID: asText(found.NodeID, 'NodeID'),
    NodeAddress: asText(found.NodeAddress, 'NodeAddress'),
    NodeDatacenter: asText(found.NodeDatacenter, 'NodeDatacenter'),
    NodeTaggedAddresses: asTexts(found.NodeTaggedAddresses, 'NodeTaggedAddresses'),
    NodeMeta: asTexts(found.NodeMeta, 'NodeMeta'),
    ServiceMeta: asTexts(found.ServiceMeta, 'ServiceMeta'),
    Address: asText(found.Address, 'Address'),
    ServiceTaggedAddresses: mapRecord(
      asRecord(found.ServiceTaggedAddresses, 'ServiceTaggedAddresses'),
      readTaggedAddress,
    ),
    ID: asText(found.ID, 'ID'),
    Name: asText(found.Name, 'Name'),
    Tags: asList(found.Tags, 'Tags').map(readWord),
    Checks: asList(found.Checks, 'Checks').map(readCheck),
    Status: status,
    Port: asNumber(found.Port, 'Port'),
    Weights: {
      Passing: asNumber(weights.Passing, 'Passing'),
      Warning: asNumber(weights.Warning, 'Warning'),
    },
  };
}

function readTaggedAddress(value: unknown): { readonly Address: string; readonly Port: number } {
  const { Address, Port } = asRecord(value, 'a tagged address');
  return { Address: asText(Address, 'Address'), Port: asNumber(Port, 'Port') };
}

function readCheck(item: unknown): HealthCheck {
  const found = recordOf(item, 'a check');
  return {
    Node: asText(found.Node, 'Node'),
    CheckID: asText(found.CheckID, 'CheckID'),
    Name: asText(found.Name, 'Name'),
    Status: asText(found.Status, 'Status'),
    Notes: asText(found.Notes, 'Notes'),
    Output: asText(found.Output, 'Output'),
    ServiceID: asText(found.ServiceID, 'ServiceID'),
    ServiceName: asText(found.ServiceName, 'ServiceName'),
    ServiceTags: asList(found.ServiceTags, 'ServiceTags').map(readWord),
  };
}

function readService(item: unknown): CatalogService {
  const found = recordOf(item, 'a service');
  return { Name: asText(found.Name, 'Name'), Tags: asList(found.Tags, 'Tags').map(readWord) };
}

function readNode(item: unknown): CatalogNode {
  const found = recordOf(item, 'a node');
  return {
    ID: asText(found.ID, 'ID'),
    Node: asText(found.Node, 'Node'),
    Address: asText(found.Address, 'Address'),
    Datacenter: asText(found.Datacenter, 'Datacenter'),
    TaggedAddresses: asTexts(found.TaggedAddresses, 'TaggedAddresses'),
    Meta: asTexts(found.Meta, 'Meta'),
  };
}

function readDetail(item: unknown): NodeDetail {
  const found = recordOf(item, 'a node');
  return { Node: readNode(found.Node), Services: listOf(found.Services, readNodeService) };
}

function readNodeService(item: unknown): NodeService {
  const found = recordOf(item, 'a service of a node');
  return {
    ID: asText(found.ID, 'ID'),
    Service: asText(found.Service, 'Service'),
    Tags: asList(found.Tags, 'Tags').map(readWord),
    Meta: asTexts(found.Meta, 'Meta'),
    Port: asNumber(found.Port, 'Port'),
    Address: asText(found.Address, 'Address'),
    EnableTagOverride: found.EnableTagOverride === true,
  };
}

function readPair(item: unknown): KeyPair {
  const found = recordOf(item, 'a key');
  return {
    Path: readWord(found.Path),
    Key: readWord(found.Key),
    Value: readWord(found.Value),
    CreateIndex: asNumber(found.CreateIndex, 'CreateIndex'),
    ModifyIndex: asNumber(found.ModifyIndex, 'ModifyIndex'),
    LockIndex: asNumber(found.LockIndex, 'LockIndex'),
    Flags: asNumber(found.Flags, 'Flags'),
    Session: asText(found.Session, 'Session'),
  };
}
