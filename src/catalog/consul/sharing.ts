import type { RequestPlan } from '../blocking/request-plan.ts';
import { asList, asRecord, asText, asTexts } from '../http/shapes.ts';
import { compareBy, compareText } from '../order.ts';
import type { SharingQuery } from '../query.ts';
import type { ExportedService, ImportedService, Partition, Peering, Value } from '../values.ts';

/** What is asked of the API for a query about partitions and peers, and since when there is such a thing. */
type SharingPlan = Pick<
  RequestPlan,
  'follows' | 'mayBeAbsent' | 'isShort' | 'fromServers' | 'since' | 'read'
> & { readonly endpoint: string };

/** None of these endpoints blocks in every Consul that has it: they are asked now and then. */
const POLLED = { follows: 'poll', mayBeAbsent: false, isShort: true, fromServers: false } as const;

/** The plan for a query about what partitions and peers share. */
export function planSharing(query: SharingQuery): SharingPlan {
  switch (query.kind) {
    case 'partitions':
      return {
        ...POLLED,
        endpoint: '/v1/partitions',
        since: 'Consul Enterprise 1.11',
        read: readPartitions,
      };
    case 'exportedServices':
      return {
        ...POLLED,
        endpoint: '/v1/exported-services',
        since: 'Consul 1.17',
        read: readExported,
      };
    case 'importedServices':
      return {
        ...POLLED,
        endpoint: '/v1/imported-services',
        since: 'Consul 1.22',
        read: readImported,
      };
    case 'peerings':
      return { ...POLLED, endpoint: '/v1/peerings', since: 'Consul 1.13', read: readPeerings };
  }
}

function readPartitions(body: unknown): Value {
  return asList(body, 'the partitions')
    .map((item): Partition => {
      const partition = asRecord(item, 'a partition');
      return {
        Name: asText(partition.Name, "a partition's name"),
        Description: asText(partition.Description, "a partition's description"),
      };
    })
    .sort(compareBy<Partition>(({ Name }) => Name));
}

function readExported(body: unknown): Value {
  return asList(body, 'the exported services')
    .map((item): ExportedService => {
      const service = asRecord(item, 'an exported service');
      const consumers = asRecord(service.Consumers, 'its consumers');
      return {
        Service: asText(service.Service, "an exported service's name"),
        Partition: asText(service.Partition, "an exported service's partition"),
        Namespace: asText(service.Namespace, "an exported service's namespace"),
        Consumers: {
          Peers: readNames(consumers.Peers, 'the peers'),
          Partitions: readNames(consumers.Partitions, 'the partitions'),
        },
      };
    })
    .sort(
      compareBy<ExportedService>(
        ({ Service }) => Service,
        ({ Namespace }) => Namespace,
      ),
    );
}

function readImported(body: unknown): Value {
  const list = asRecord(body, 'the imported services').ImportedServices;
  return asList(list, 'the imported services')
    .map((item): ImportedService => {
      const service = asRecord(item, 'an imported service');
      return {
        Service: asText(service.Service, "an imported service's name"),
        Namespace: asText(service.Namespace, "an imported service's namespace"),
        SourcePartition: asText(service.SourcePartition, "an imported service's partition"),
      };
    })
    .sort(
      compareBy<ImportedService>(
        ({ Service }) => Service,
        ({ SourcePartition }) => SourcePartition,
      ),
    );
}

function readPeerings(body: unknown): Value {
  return asList(body, 'the peerings')
    .map(readPeering)
    .sort(
      compareBy<Peering>(
        ({ PeeringState }) => PeeringState,
        ({ Partition: partition }) => partition,
        ({ Name }) => Name,
      ),
    );
}

/** When the peer was last heard is left out: that changes all the time, and no file depends on it. */
function readPeering(item: unknown): Peering {
  const peering = asRecord(item, 'a peering');
  const stream = asRecord(peering.StreamStatus, "a peering's stream");
  const remote = asRecord(peering.Remote, "a peering's other side");
  return {
    ID: asText(peering.ID, "a peering's ID"),
    Name: asText(peering.Name, "a peering's name"),
    Partition: asText(peering.Partition, "a peering's partition"),
    Meta: asTexts(peering.Meta, "a peering's meta"),
    PeeringState: asText(peering.State, "a peering's state"),
    PeerID: asText(peering.PeerID, "a peer's ID"),
    PeerServerName: asText(peering.PeerServerName, "a peer's server name"),
    PeerServerAddresses: readNames(peering.PeerServerAddresses, "a peer's addresses"),
    StreamStatus: {
      ImportedServices: readNames(stream.ImportedServices, 'the imported services'),
      ExportedServices: readNames(stream.ExportedServices, 'the exported services'),
    },
    Remote: {
      Partition: asText(remote.Partition, "a peer's partition"),
      Datacenter: asText(remote.Datacenter, "a peer's datacenter"),
    },
  };
}

function readNames(list: unknown, what: string): readonly string[] {
  return asList(list, what)
    .map((name) => asText(name, what))
    .sort(compareText);
}
