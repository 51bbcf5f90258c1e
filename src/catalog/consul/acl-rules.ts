import type { CatalogQuery } from '../query.ts';

/** One rule of a Consul policy: what it is about, and what it lets a token do. An empty prefix covers everything. */
export interface AclRule {
  readonly resource:
    | 'agent_prefix'
    | 'key'
    | 'key_prefix'
    | 'mesh'
    | 'node'
    | 'operator'
    | 'peering'
    | 'node_prefix'
    | 'service'
    | 'service_prefix'
    | 'session_prefix';
  readonly name: string;
  readonly access: 'read' | 'write';
}

/** Instances are shown with their nodes, and those of nodes that a token may not read are left out without a word. */
export const ALL_NODES: AclRule = { resource: 'node_prefix', name: '', access: 'read' };

/** What it takes to be shown every service. */
export const ALL_SERVICES: AclRule = { resource: 'service_prefix', name: '', access: 'read' };

/** The least that a token needs to be answered. https://www.consul.io/docs/acl/acl-rules */
export function aclRulesOf(query: CatalogQuery): readonly AclRule[] {
  switch (query.kind) {
    case 'service':
    case 'connect':
      return [{ resource: 'service', name: query.name, access: 'read' }, ALL_NODES];
    case 'services':
      return [ALL_SERVICES, ALL_NODES];
    case 'node':
      return query.name === undefined
        ? [ALL_NODES, { resource: 'agent_prefix', name: '', access: 'read' }]
        : [{ resource: 'node', name: query.name, access: 'read' }];
    case 'nodes':
    case 'datacenters':
      return [ALL_NODES];
    case 'key':
      return [{ resource: 'key', name: query.path, access: 'read' }];
    case 'tree':
      return [{ resource: 'key_prefix', name: query.prefix, access: 'read' }];
    case 'caRoots':
      return [];
    case 'partitions':
      return [{ resource: 'operator', name: '', access: 'read' }];
    case 'exportedServices':
    case 'importedServices':
      return [{ resource: 'mesh', name: '', access: 'read' }];
    case 'peerings':
      return [{ resource: 'peering', name: '', access: 'read' }];
    case 'caLeaf':
      return [{ resource: 'service', name: query.service, access: 'write' }];
  }
}

/** Rules as a part of a sentence: `key "app/name" { policy = "read" }`. */
export function describeAclRules(rules: readonly AclRule[]): string {
  if (rules.length === 0) return 'none: any token that is valid will do';
  return rules.map(showRule).join(' and ');
}

/** Rules as the text of a policy: each once, sorted, without those that another one covers. */
export function aclPolicy(rules: Iterable<AclRule>): string {
  const all = [...rules];
  const lines = all.filter((rule) => !all.some((other) => covers(other, rule))).map(showRule);
  return [...new Set(lines)]
    .toSorted()
    .map((line) => `${line}\n`)
    .join('');
}

/** What there is only one of in a policy. */
const NAMELESS: ReadonlySet<AclRule['resource']> = new Set(['mesh', 'operator', 'peering']);

function showRule({ resource, name, access }: AclRule): string {
  if (NAMELESS.has(resource)) return `${resource} = "${access}"`;
  return `${resource} ${JSON.stringify(name)} { policy = "${access}" }`;
}

/** Whether one rule makes another needless; a rule does not cover itself. */
function covers(one: AclRule, other: AclRule): boolean {
  if (one.access === 'read' && other.access === 'write') return false;
  const prefix = one.resource.replace(/_prefix$/, '');
  if (prefix !== other.resource.replace(/_prefix$/, '')) return false;
  const isSame = one.resource === other.resource && one.name === other.name;
  if (isSame) return one.access === 'write' && other.access === 'read';
  // Consul takes the longest prefix that fits: a shorter one covers a longer one only where it grants as much.
  return one.resource.endsWith('_prefix') && other.name.startsWith(one.name);
}
