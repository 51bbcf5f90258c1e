import { bareMap } from '../core/bare-map.ts';
import type { NomadValueOf } from './nomad-facts.ts';
import type { QueryKind } from './query.ts';
import type { VaultValueOf } from './vault-facts.ts';

/**
 * What queries are answered with. Field names are consul-template's, since templates print them.
 */

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

/** An admin partition. */
export interface Partition {
  readonly Name: string;
  readonly Description: string;
}

/** A service that others may use, and who they are. */
export interface ExportedService {
  readonly Service: string;
  readonly Partition: string;
  readonly Namespace: string;
  readonly Consumers: {
    readonly Peers: readonly string[];
    readonly Partitions: readonly string[];
  };
}

/** A service of another partition that may be used here. */
export interface ImportedService {
  readonly Service: string;
  readonly Namespace: string;
  readonly SourcePartition: string;
}

/** A cluster that this one is peered with. */
export interface Peering {
  readonly ID: string;
  readonly Name: string;
  readonly Partition: string;
  readonly Meta: Readonly<Record<string, string>>;
  readonly PeeringState: string;
  readonly PeerID: string;
  readonly PeerServerName: string;
  readonly PeerServerAddresses: readonly string[];
  readonly StreamStatus: {
    readonly ImportedServices: readonly string[];
    readonly ExportedServices: readonly string[];
  };
  readonly Remote: { readonly Partition: string; readonly Datacenter: string };
}

/**
 * How a run of a plugin ended: with what it printed, white space around it dropped, or in failure. That it failed is an answer
 * too: the template that asked is wrong then, and does not wait.
 */
export type PluginRun = { readonly output: string } | { readonly failure: string };

/**
 * What each kind of query is answered with. Lists are sorted (instances by node then ID, keys by path), so
 * that equal means equal; `near` keeps the catalog's order. `null` says that the thing is known not to exist.
 * Values are deeply frozen, hold no functions, and their maps have no prototype.
 */
export interface ValueOf extends VaultValueOf, NomadValueOf {
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
  partitions: readonly Partition[];
  exportedServices: readonly ExportedService[];
  importedServices: readonly ImportedService[];
  peerings: readonly Peering[];
  file: string | null;
  plugin: PluginRun;
}

/** Any value. */
export type Value = ValueOf[QueryKind];

/** Freezes a value in depth and takes the prototypes off its maps; returns plain data that nobody can change. */
export function freezeValue<T>(value: T): T {
  if (Array.isArray(value)) {
    return Object.freeze(value.map((item: unknown) => freezeValue(item))) as T;
  }
  if (typeof value === 'object' && value !== null) {
    const held = value as Readonly<Record<string, unknown>>;
    const copy = bareMap<unknown>();
    for (const name of Object.keys(held)) copy[name] = freezeValue(held[name]);
    return Object.freeze(copy) as T;
  }
  return value;
}
