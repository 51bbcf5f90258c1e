import type {
  NodeQuery,
  NodesQuery,
  Query,
  QueryKind,
  ServiceQuery,
  TreeQuery,
} from '../../catalog/query.ts';
import { compareBy } from '../../catalog/order.ts';
import type {
  CatalogNode,
  CatalogService,
  KeyPair,
  NodeService,
  ServiceInstance,
  Value,
  ValueOf,
} from '../../catalog/values.ts';
import type {
  NomadService,
  NomadServiceName,
  NomadServiceQuery,
} from '../../catalog/nomad-facts.ts';

/** What the members of a value are, one of them as a word. */
export type Noun = 'instance' | 'service' | 'node' | 'key' | 'datacenter';

/** How a value is a list of things that may come and go. */
export interface Listing<Q extends Query = Query, Item = unknown> {
  readonly noun: Noun;
  readonly items: (value: ValueOf[Q['kind']]) => readonly Item[];
  /** The value with other items, in order; `last` is one that had some. */
  readonly withItems: (
    value: ValueOf[Q['kind']],
    items: readonly Item[],
    last: ValueOf[Q['kind']],
  ) => ValueOf[Q['kind']];
  /** What tells an item from all others, whichever query lists it. */
  readonly idOf: (item: Item) => string;
  /** What people call it. */
  readonly shown: (item: Item) => string;
  /** Whether it is there for whoever uses it; one that is not, is only listed. */
  readonly isThere: (item: Item) => boolean;
  /** Names that a guard may have it by, the most telling first. */
  readonly names: (query: Q, item: Item) => readonly string[];
  /** How items are sorted; undefined: as the catalog likes. */
  readonly order: (query: Q) => ((first: Item, second: Item) => number) | undefined;
}

/** Queries for the instances of one service. */
export type InstanceQuery = ServiceQuery | NomadServiceQuery;

/** Whether a query is for the instances of one service. */
export function isInstanceQuery(query: Query): query is InstanceQuery {
  return query.kind === 'service' || query.kind === 'connect' || query.kind === 'nomadService';
}

/** The names of a service as a query asks for it, the most telling first: `v2.web@east`, `v2.web`, `web@east`, `web`. */
export function serviceNames(query: InstanceQuery): readonly string[] {
  const { name, tag } = query;
  const place = query.kind === 'nomadService' ? query.region : query.dc;
  const tagged = tag === undefined ? [] : [`${tag}.${name}`];
  const placed = (names: readonly string[]): string[] =>
    place === undefined ? [] : names.map((one) => `${one}@${place}`);
  return [...placed(tagged), ...tagged, ...placed([name]), name];
}

function identity(...parts: readonly string[]): string {
  return parts.join('\0');
}

const always = (): boolean => true;
const asListed = <Item>(_: unknown, items: readonly Item[]): readonly Item[] =>
  Object.freeze(items);

const instances: Listing<ServiceQuery, ServiceInstance> = {
  noun: 'instance',
  items: (value) => value,
  withItems: asListed,
  idOf: ({ NodeDatacenter, Node, ID }) => identity(NodeDatacenter, Node, ID),
  shown: ({ ID }) => ID,
  // Templates leave these out by themselves, where the query does not.
  isThere: ({ Status }) => Status !== 'critical' && Status !== 'maintenance',
  names: serviceNames,
  order: ({ near }) =>
    near === undefined
      ? compareBy<ServiceInstance>(
          ({ Node }) => Node,
          ({ ID }) => ID,
        )
      : undefined,
};

const nomadInstances: Listing<NomadServiceQuery, NomadService> = {
  noun: 'instance',
  items: (value) => value,
  withItems: asListed,
  idOf: ({ Datacenter, Node, ID }) => identity(Datacenter, Node, ID),
  shown: ({ ID }) => ID,
  isThere: always,
  names: serviceNames,
  order: ({ choose }) =>
    choose === undefined
      ? compareBy<NomadService>(
          ({ Name }) => Name,
          ({ ID }) => ID,
        )
      : undefined,
};

const serviceList = {
  noun: 'service',
  items: (value: readonly (CatalogService | NomadServiceName)[]) => value,
  withItems: asListed,
  idOf: ({ Name }: CatalogService | NomadServiceName) => Name,
  shown: ({ Name }: CatalogService | NomadServiceName) => Name,
  isThere: always,
  names: (_: unknown, { Name }: CatalogService | NomadServiceName) => [Name],
  order: () => compareBy<CatalogService | NomadServiceName>(({ Name }) => Name),
} as const;

const nodes: Listing<NodesQuery, CatalogNode> = {
  noun: 'node',
  items: (value) => value,
  withItems: asListed,
  idOf: ({ Datacenter, Node }) => identity(Datacenter, Node),
  shown: ({ Node }) => Node,
  isThere: always,
  names: () => [],
  order: ({ near }) =>
    near === undefined
      ? compareBy<CatalogNode>(
          ({ Node }) => Node,
          ({ ID }) => ID,
        )
      : undefined,
};

const nodeServices: Listing<NodeQuery, NodeService> = {
  noun: 'service',
  items: (value) => value?.Services ?? [],
  withItems: (value, Services, last) => {
    const detail = value ?? (Services.length === 0 ? null : last);
    // As all values are: without a prototype.
    return detail && Object.freeze({ __proto__: null, ...detail, Services: asListed(0, Services) });
  },
  idOf: ({ ID }) => ID,
  shown: ({ ID }) => ID,
  isThere: always,
  names: (_, { Service }) => [Service],
  order: () => compareBy<NodeService>(({ ID }) => ID),
};

const keys = {
  noun: 'key',
  idOf: ({ Path }: KeyPair) => Path,
  shown: ({ Path }: KeyPair) => Path,
  isThere: always,
  names: (_: unknown, { Path }: KeyPair) => prefixesOf(Path),
  order: () => compareBy<KeyPair>(({ Path }) => Path),
} as const;

const LISTINGS = {
  service: instances,
  connect: instances,
  nomadService: nomadInstances,
  services: serviceList,
  nomadServices: serviceList,
  nodes,
  node: nodeServices,
  tree: {
    ...keys,
    items: (value: readonly KeyPair[]) => value,
    withItems: asListed,
  } satisfies Listing<TreeQuery, KeyPair>,
  key: {
    ...keys,
    items: (value: KeyPair | null) => (value === null ? [] : [value]),
    withItems: (_: unknown, [pair]: readonly KeyPair[]) => pair ?? null,
  },
  datacenters: {
    noun: 'datacenter',
    items: (value: readonly string[]) => value,
    withItems: asListed,
    idOf: (name: string) => name,
    shown: (name: string) => name,
    isThere: always,
    names: () => [],
    order: () => compareBy<string>((name) => name),
  },
} as const;

/** How the answers to a query are lists; undefined where they are not. */
export function listingOf(query: Query): Listing | undefined {
  const listings: Partial<Readonly<Record<QueryKind, unknown>>> = LISTINGS;
  return listings[query.kind] as Listing | undefined;
}

/** Those of a value that are there: what people call them, by what tells them apart. Undefined where the value is no list. */
export function membersOf(query: Query, value: Value): ReadonlyMap<string, string> | undefined {
  const listing = listingOf(query);
  if (listing === undefined) return undefined;
  const there = listing.items(value).filter((item) => listing.isThere(item));
  return new Map(there.map((item) => [listing.idOf(item), listing.shown(item)]));
}

/** The path, and what it is below, with and without the slash; the longest first. */
function prefixesOf(path: string): readonly string[] {
  const names = [path];
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    names.push(path.slice(0, end + 1), path.slice(0, end));
  }
  return names;
}
