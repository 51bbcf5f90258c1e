/** Partitions and peers. What they share; a Consul that knows nothing of it makes the file fail, and says so. */
import type { ExportedService, ImportedService, Partition, Peering } from '../../catalog/values.ts';
import type { SharedServicesQuery } from '../../catalog/query.ts';
import { cannot, takeText } from './arguments.ts';
import type { FunctionScope } from './function.ts';
import { parsePeerings } from './query-grammar.ts';

/** The admin partitions, sorted by name, each with `Name` and `Description` (Consul Enterprise 1.11). */
export function partitions(scope: FunctionScope): readonly Partition[] {
  return scope.ask({ kind: 'partitions' }) ?? [];
}

/**
 * The services that a partition lets others use, sorted by name, each with `Service`, `Partition`, `Namespace` and `Consumers`, which
 * has `Peers` and `Partitions` (Consul 1.17).
 */
export function exportedServices(
  scope: FunctionScope,
  partition: unknown,
): readonly ExportedService[] {
  return scope.ask(shared<'exportedServices'>('exportedServices', partition)) ?? [];
}

/** The services that others let a partition use, sorted by name, each with `Service`, `Namespace` and `SourcePartition` (Consul 1.22). */
export function importedServices(
  scope: FunctionScope,
  partition: unknown,
): readonly ImportedService[] {
  return scope.ask(shared<'importedServices'>('importedServices', partition)) ?? [];
}

/**
 * The clusters that this one is peered with (Consul 1.13), sorted by state, partition and name, each with `ID`, `Name`, `Partition`, `Meta`,
 * `PeeringState`, `PeerID`, `PeerServerName`, `PeerServerAddresses`, `StreamStatus` (`ImportedServices`, `ExportedServices`) and `Remote`
 * (`Partition`, `Datacenter`). `expression` is `[?partition=…]`.
 */
export function peerings(scope: FunctionScope, expression?: unknown): readonly Peering[] {
  const text = expression === undefined ? '' : takeText('peerings', 'expression', expression);
  return scope.ask(parsePeerings(text)) ?? [];
}

function shared<Kind extends SharedServicesQuery['kind']>(
  kind: Kind,
  partition: unknown,
): SharedServicesQuery & { readonly kind: Kind } {
  const name = takeText(kind, 'partition', partition);
  if (!/^[\w-]*$/.test(name)) throw cannot(kind, 'partition is no name of a partition');
  return name === '' ? { kind } : { kind, partition: name };
}
