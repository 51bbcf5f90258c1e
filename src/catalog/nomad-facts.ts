/**
 * What can be asked of Nomad, and what it is answered with. Field names are consul-template's, since templates print them.
 */

/** Where Nomad looks. Absent means what the catalog's settings say, or else the agent's own. */
export interface NomadScope {
  readonly region?: string;
  readonly namespace?: string;
}

/** The names and tags of all services that are registered in Nomad itself. */
export interface NomadServicesQuery extends NomadScope {
  readonly kind: 'nomadServices';
}

/** Instances of such a service. */
export interface NomadServiceQuery extends NomadScope {
  readonly kind: 'nomadService';
  readonly name: string;
  readonly tag?: string;
  /** Only so many of them, and for one key always the same as far as that is possible: Nomad picks them by rendezvous hashing. */
  readonly choose?: { readonly count: number; readonly key: string };
}

/** One variable. Its items are secrets. */
export interface NomadVarQuery extends NomadScope {
  readonly kind: 'nomadVar';
  readonly path: string;
}

/** The variables below a prefix, without their items. */
export interface NomadVarListQuery extends NomadScope {
  readonly kind: 'nomadVarList';
  readonly prefix: string;
}

/** All that Nomad can be asked. */
export type NomadQuery = NomadServicesQuery | NomadServiceQuery | NomadVarQuery | NomadVarListQuery;

/** A service's name and the tags of its instances, sorted. */
export interface NomadServiceName {
  readonly Name: string;
  readonly Tags: readonly string[];
}

/** One instance of a service. */
export interface NomadService {
  readonly ID: string;
  readonly Name: string;
  /** The ID of its node. */
  readonly Node: string;
  readonly Address: string;
  readonly Port: number;
  readonly Datacenter: string;
  /** Sorted. */
  readonly Tags: readonly string[];
  readonly JobID: string;
  readonly AllocID: string;
}

/** What is known of a variable without reading it. Times are nanoseconds since the epoch, as texts: they are longer than a number is exact. */
export interface NomadVarMeta {
  readonly Namespace: string;
  readonly Path: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly CreateTime: string;
  readonly ModifyTime: string;
}

/** A variable with its items, sorted by name. */
export interface NomadVariable extends NomadVarMeta {
  readonly Items: Readonly<Record<string, string>>;
}

/** What each kind of query to Nomad is answered with; `null` says that there is no such variable. */
export interface NomadValueOf {
  /** Sorted by name. */
  nomadServices: readonly NomadServiceName[];
  /** Sorted by name and ID; with `choose` in Nomad's order. */
  nomadService: readonly NomadService[];
  nomadVar: NomadVariable | null;
  /** Sorted by path. */
  nomadVarList: readonly NomadVarMeta[];
}

/** A query to Nomad as a stable string. */
export function nomadQueryId(query: NomadQuery): string {
  switch (query.kind) {
    case 'nomadServices':
      return `nomadServices(${scopeId(query)})`;
    case 'nomadService': {
      const tag = query.tag === undefined ? '' : `${query.tag}.`;
      const { choose } = query;
      const chosen = choose === undefined ? '' : `|${choose.count}|${JSON.stringify(choose.key)}`;
      return `nomadService(${tag}${nameId(query.name)}${scopeId(query)}${chosen})`;
    }
    case 'nomadVar':
      return `nomadVar(${query.path}${scopeId(query)})`;
    case 'nomadVarList':
      return `nomadVarList(${query.prefix}${scopeId(query)})`;
  }
}

/** Quotes tell a service called `v2.web` from `web` with the tag `v2`. */
function nameId(name: string): string {
  return /^[\w-]+$/.test(name) ? name : JSON.stringify(name);
}

function scopeId({ namespace, region }: NomadScope): string {
  return (
    (namespace === undefined ? '' : `?ns=${namespace}`) + (region === undefined ? '' : `@${region}`)
  );
}
