import type { GoFunction, GoValue, ListMethods } from './values.ts';

/**
 * What Go calls the things that consul-template's functions give (https://pkg.go.dev/github.com/hashicorp/consul-template/dependency):
 * the fields of a struct are known, so that a misspelt one is an error and not a missing entry.
 */
export type GoType =
  /** Whatever it is, by what it holds; whole numbers are integers. */
  | 'data'
  /** A map of texts, in which a missing name is an empty text. */
  | 'texts'
  | { readonly listOf: GoType }
  | { readonly mapOf: GoType }
  /** A list with a name of its own, and methods. */
  | { readonly list: string; readonly methods: ListMethods }
  | StructType;

/** `fields` holds the types of those that are more than data. */
export interface StructType {
  readonly struct: string;
  readonly fields: Readonly<Record<string, GoType>>;
}

const SERVICE_TAGS: GoType = {
  list: 'dependency.ServiceTags',
  methods: (tags) => ({ Contains: tagTest(tags) }),
};

const NODE: GoType = {
  struct: '*dependency.Node',
  fields: { TaggedAddresses: 'texts', Meta: 'texts' },
};

const NODE_SERVICE: GoType = {
  struct: '*dependency.CatalogNodeService',
  fields: { Tags: SERVICE_TAGS, Meta: 'texts' },
};

/** An instance of a service. */
export const INSTANCE: GoType = {
  struct: '*dependency.HealthService',
  fields: {
    NodeTaggedAddresses: 'texts',
    NodeMeta: 'texts',
    ServiceMeta: 'texts',
    ServiceTaggedAddresses: { mapOf: { struct: 'api.ServiceAddress', fields: {} } },
    Tags: SERVICE_TAGS,
    Checks: { listOf: { struct: '*api.HealthCheck', fields: {} } },
    Weights: { struct: 'api.AgentWeights', fields: {} },
  },
};

/** A key and its value. */
export const KEY_PAIR: GoType = { struct: '*dependency.KeyPair', fields: {} };

/** A secret of Vault. */
const SECRET: GoType = {
  struct: '*dependency.Secret',
  fields: {
    Auth: { struct: '*dependency.SecretAuth', fields: { Metadata: 'texts' } },
    WrapInfo: { struct: '*dependency.SecretWrapInfo', fields: {} },
  },
};

const NOMAD_SERVICE: GoType = {
  struct: '*dependency.NomadService',
  fields: { Tags: SERVICE_TAGS },
};

const NOMAD_VAR_META: GoType = { struct: '*dependency.NomadVarMeta', fields: {} };

/** What each function of the catalog gives, where that is more than text or a boolean. */
export const RESULT_TYPES: Readonly<Record<string, GoType>> = {
  service: { listOf: INSTANCE },
  connect: { listOf: INSTANCE },
  services: { listOf: { struct: '*dependency.CatalogSnippet', fields: { Tags: SERVICE_TAGS } } },
  node: {
    struct: '*dependency.CatalogNode',
    fields: { Node: NODE, Services: { listOf: NODE_SERVICE } },
  },
  nodes: { listOf: NODE },
  ls: { listOf: KEY_PAIR },
  safeLs: { listOf: KEY_PAIR },
  tree: { listOf: KEY_PAIR },
  safeTree: { listOf: KEY_PAIR },
  byKey: { mapOf: { mapOf: KEY_PAIR } },
  secret: SECRET,
  pkiCert: {
    struct: 'dependency.PemEncoded',
    fields: { Data: { struct: 'dependency.PemEncoded', fields: {} } },
  },
  nomadServices: {
    listOf: { struct: '*dependency.NomadServicesSnippet', fields: { Tags: SERVICE_TAGS } },
  },
  nomadService: { listOf: NOMAD_SERVICE },
  nomadVarList: { listOf: NOMAD_VAR_META },
  nomadVarListSafe: { listOf: NOMAD_VAR_META },
  partitions: { listOf: { struct: '*dependency.Partition', fields: {} } },
  exportedServices: {
    listOf: {
      struct: 'dependency.ExportedService',
      fields: { Consumers: { struct: 'dependency.ResolvedConsumers', fields: {} } },
    },
  },
  importedServices: { listOf: { struct: 'dependency.ImportedService', fields: {} } },
  peerings: {
    listOf: {
      struct: '*dependency.Peering',
      fields: {
        Meta: 'texts',
        StreamStatus: { struct: 'dependency.PeeringStreamStatus', fields: {} },
        Remote: { struct: 'dependency.PeeringRemoteInfo', fields: {} },
      },
    },
  },
  caRoots: { listOf: { struct: '*api.CARoot', fields: {} } },
  caLeaf: { struct: '*api.LeafCert', fields: {} },
};

function tagTest(tags: readonly GoValue[]): GoFunction {
  return { call: (_scope, [tag]) => tags.includes(tag), least: 1, most: 1, gives: 'derived' };
}
