import type { HealthCheck, ServiceInstance } from '../values.ts';
import {
  readCount,
  readEntries,
  readFields,
  readFlag,
  readItems,
  readOneOf,
  readText,
  readTextList,
  readTextMap,
} from './fields.ts';
import { DocumentError, type Located } from './yaml-tree.ts';

/** A service's instance as the document describes it; `readDocument` tells its fields. */
export interface DocumentInstance {
  readonly id: string;
  readonly service: string;
  readonly node: string;
  readonly address: string;
  readonly port: number;
  readonly tags: readonly string[];
  readonly meta: Readonly<Record<string, string>>;
  readonly taggedAddresses: ServiceInstance['ServiceTaggedAddresses'];
  readonly weights: ServiceInstance['Weights'];
  readonly checks: readonly DocumentCheck[];
  readonly connect: boolean;
  readonly enableTagOverride: boolean;
}

/** A check of an instance. */
export interface DocumentCheck extends Pick<
  HealthCheck,
  'CheckID' | 'Name' | 'Status' | 'Notes' | 'Output'
> {
  /** It is the node's own, and counts for all on it. */
  readonly ofNode: boolean;
}

/** The node of instances that name none. */
const DEFAULT_NODE = 'local';

const STATUSES = ['passing', 'warning', 'critical', 'maintenance'] as const;
const CHECK_STATUSES = ['passing', 'warning', 'critical'] as const;

/** The instances of all services, in the document's order. */
export function readInstances(value: Located): DocumentInstance[] {
  const seen = new Set<string>();
  return readEntries(value, 'services').flatMap((service) =>
    readItems(service.value, `services: ${service.name}`).map((item, position) => {
      const instance = readInstance(item, service.name, position);
      const identity = JSON.stringify([instance.node, instance.id]);
      if (seen.has(identity)) {
        throw new DocumentError(
          `node ${JSON.stringify(instance.node)} has two instances with the id ${JSON.stringify(instance.id)}`,
          item.at,
        );
      }
      seen.add(identity);
      return instance;
    }),
  );
}

function readInstance(item: Located, service: string, position: number): DocumentInstance {
  const what = `an instance of ${service}`;
  const fields = readFields<
    Omit<DocumentInstance, 'service'> & { status: (typeof STATUSES)[number] }
  >(item, what, {
    id: readText,
    node: readText,
    address: readText,
    port: readCount,
    tags: readTextList,
    meta: readTextMap,
    status: readOneOf(STATUSES),
    checks: (value, name) => readItems(value, name).map(readCheck),
    weights: readWeights,
    taggedAddresses: readTaggedAddresses,
    connect: readFlag,
    enableTagOverride: readFlag,
  });
  if (fields.status !== undefined && fields.checks !== undefined) {
    throw new DocumentError(`${what} may have status or checks, not both`, item.at);
  }
  const id = fields.id ?? (position === 0 ? service : `${service}-${position + 1}`);
  return {
    id,
    service,
    node: fields.node ?? DEFAULT_NODE,
    address: fields.address ?? '',
    port: fields.port ?? 0,
    tags: fields.tags ?? [],
    meta: fields.meta ?? {},
    taggedAddresses: fields.taggedAddresses ?? {},
    weights: fields.weights ?? { Passing: 1, Warning: 1 },
    checks: fields.checks ?? checksFor(fields.status ?? 'passing', id),
    connect: fields.connect ?? false,
    enableTagOverride: fields.enableTagOverride ?? false,
  };
}

/** A status without checks is told by one check, the one that Consul would have for it. */
function checksFor(status: (typeof STATUSES)[number], id: string): DocumentInstance['checks'] {
  const maintenance = status === 'maintenance';
  return [
    {
      CheckID: maintenance ? `_service_maintenance:${id}` : `service:${id}`,
      Name: maintenance ? 'Service Maintenance Mode' : 'Service check',
      Status: maintenance ? 'critical' : status,
      Notes: '',
      Output: '',
      ofNode: false,
    },
  ];
}

function readCheck(item: Located): DocumentCheck {
  const check = readFields<
    Record<'id' | 'name' | 'status' | 'notes' | 'output', string> & { ofNode: boolean }
  >(item, 'a check', {
    id: readText,
    name: readText,
    status: readOneOf(CHECK_STATUSES),
    notes: readText,
    output: readText,
    ofNode: readFlag,
  });
  const id = check.id ?? check.name;
  if (id === undefined) throw new DocumentError('a check must have an id or a name', item.at);
  return {
    CheckID: id,
    Name: check.name ?? id,
    Status: check.status ?? 'critical',
    Notes: check.notes ?? '',
    Output: check.output ?? '',
    ofNode: check.ofNode ?? false,
  };
}

function readWeights(value: Located, what: string): ServiceInstance['Weights'] {
  const weights = readFields<Record<'passing' | 'warning', number>>(value, what, {
    passing: readCount,
    warning: readCount,
  });
  return { Passing: weights.passing ?? 1, Warning: weights.warning ?? 1 };
}

function readTaggedAddresses(
  value: Located,
  what: string,
): ServiceInstance['ServiceTaggedAddresses'] {
  const addresses = Object.create(null) as Record<string, { Address: string; Port: number }>;
  for (const entry of readEntries(value, what)) {
    const tagged = readFields<{ address: string; port: number }>(entry.value, what, {
      address: readText,
      port: readCount,
    });
    addresses[entry.name] = { Address: tagged.address ?? '', Port: tagged.port ?? 0 };
  }
  return addresses;
}
