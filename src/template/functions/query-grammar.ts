import type {
  KeyQuery,
  NodeQuery,
  NodesQuery,
  PeeringsQuery,
  Scope,
  ServiceQuery,
  ServicesQuery,
  TreeQuery,
} from '../../catalog/query.ts';
import type { HealthStatus } from '../../catalog/values.ts';
import { HEALTH_STATUSES } from '../../catalog/values.ts';
import type { AutotmplError } from '../../core/errors.ts';
import { cannot } from './arguments.ts';

/**
 * The little languages in which consul-template's functions are told what to look up, such as `v2.web@dc2~_agent|any`.
 * They are fixed by its users' templates; each pattern holds its whole argument.
 */

const PARAMETERS = String.raw`(?:\?(?<parameters>[\w=&-]+))?`;
const DATACENTER = String.raw`(?:@(?<dc>[\w.-]+))?`;
const NEAR = String.raw`(?:~(?<near>[\w.-]+))?`;

const SERVICE = new RegExp(
  String.raw`^(?:(?<tag>[\w=:.-]+)\.)?(?<name>[\w-]+)${PARAMETERS}${DATACENTER}${NEAR}(?:\|(?<filters>[\w,|]+))?$`,
);
const SERVICES = new RegExp(`^${PARAMETERS}${DATACENTER}$`);
const NODE = new RegExp(String.raw`^(?<name>[\w.-]+)?${PARAMETERS}${DATACENTER}$`);
const NODES = new RegExp(`^${PARAMETERS}${DATACENTER}${NEAR}$`);
const KEY = new RegExp(String.raw`^\/?(?<path>[^@?]*)${PARAMETERS}${DATACENTER}$`);

const PEERINGS = new RegExp(`^${PARAMETERS}$`);

const SCOPE_FIELDS: Readonly<Record<string, Exclude<keyof Scope, 'dc'>>> = {
  ns: 'namespace',
  partition: 'partition',
  peer: 'peer',
  'sameness-group': 'samenessGroup',
};

/** A service as a template asks for it. */
export interface ServiceExpression {
  readonly query: ServiceQuery;
  /** Which statuses count; undefined: all that the query is answered with. */
  readonly statuses: ReadonlySet<HealthStatus> | undefined;
}

/** Reads `[TAG.]NAME[?PARAMETERS][@DC][~NEAR][|STATUS,…]`. */
export function parseService(kind: ServiceQuery['kind'], expression: string): ServiceExpression {
  const groups = match(
    kind,
    SERVICE,
    expression,
    '[TAG.]NAME[?ns=…&partition=…&peer=…&sameness-group=…][@DC][~NEAR][|STATUS,…]',
  );
  const rest = {
    ...(groups['tag'] === undefined ? {} : { tag: groups['tag'] }),
    ...near(groups),
    ...scope(kind, groups),
  };
  return exactService(kind, groups['name'] ?? '', groups['filters'], rest);
}

/** A service by its name, whatever that holds; `filters` is `STATUS,…` or undefined. */
export function exactService(
  kind: ServiceQuery['kind'],
  name: string,
  filters: string | undefined,
  rest: Omit<ServiceQuery, 'kind' | 'name' | 'passingOnly'> = {},
): ServiceExpression {
  const statuses = parseStatuses(kind, filters);
  const passingOnly = statuses?.size === 1 && statuses.has('passing');
  return {
    query: { kind, name, passingOnly, ...rest },
    statuses: passingOnly ? undefined : statuses,
  };
}

/** Reads `[?PARAMETERS][@DC]`. */
export function parseServices(expression: string): ServicesQuery {
  const groups = match('services', SERVICES, expression, '[?ns=…&partition=…&peer=…][@DC]');
  return { kind: 'services', ...scope('services', groups) };
}

/** Reads `[NAME][?PARAMETERS][@DC]`; no name is the agent's own node. */
export function parseNode(expression: string): NodeQuery {
  const groups = match('node', NODE, expression, '[NAME][?partition=…&peer=…][@DC]');
  return {
    kind: 'node',
    ...(groups['name'] === undefined ? {} : { name: groups['name'] }),
    ...scope('node', groups),
  };
}

/** Reads `[?PARAMETERS][@DC][~NEAR]`. */
export function parseNodes(expression: string): NodesQuery {
  const groups = match('nodes', NODES, expression, '[?partition=…&peer=…][@DC][~NEAR]');
  return { kind: 'nodes', ...near(groups), ...scope('nodes', groups) };
}

/** Reads `KEY[?ns=…&partition=…][@DC]`; a leading slash is dropped. */
export function parseKey(call: string, expression: string): KeyQuery {
  const groups = match(call, KEY, expression, 'KEY[?ns=…&partition=…][@DC]');
  if (groups['path'] === '') throw cannot(call, 'the key has no name before its "?", "@" or "/"');
  return { kind: 'key', path: groups['path'] ?? '', ...scope(call, groups) };
}

/** Reads `PREFIX[?ns=…&partition=…][@DC]`; a leading slash is dropped, so `/` alone is everything. */
export function parseTree(call: string, expression: string): TreeQuery {
  const groups = match(call, KEY, expression, 'PREFIX[?ns=…&partition=…][@DC]');
  return { kind: 'tree', prefix: groups['path'] ?? '', ...scope(call, groups) };
}

/** Reads `[?partition=…]`. */
export function parsePeerings(expression: string): PeeringsQuery {
  const groups = match('peerings', PEERINGS, expression, '[?partition=…]');
  const { partition } = scope('peerings', groups);
  return { kind: 'peerings', ...(partition === undefined ? {} : { partition }) };
}

type Groups = Readonly<Record<string, string | undefined>>;

function match(call: string, pattern: RegExp, expression: string, grammar: string): Groups {
  const groups = pattern.exec(expression)?.groups;
  if (groups === undefined) throw malformed(call, grammar);
  return groups;
}

function malformed(call: string, grammar: string): AutotmplError {
  return cannot(call, `its argument does not follow ${grammar}`);
}

function near(groups: Groups): { near?: string } {
  return groups['near'] === undefined ? {} : { near: groups['near'] };
}

function scope(call: string, groups: Groups): Scope {
  const found: { -readonly [Field in keyof Scope]: Scope[Field] } = {};
  for (const [name, value] of new URLSearchParams(groups['parameters'] ?? '')) {
    const field = SCOPE_FIELDS[name];
    if (field === undefined) {
      throw cannot(
        call,
        'its argument has an unknown parameter behind "?"',
        `known are ${Object.keys(SCOPE_FIELDS).join(', ')}`,
      );
    }
    if (value !== '') found[field] = value;
  }
  if (groups['dc'] !== undefined) found.dc = groups['dc'];
  return found;
}

/** The statuses of a filter; undefined for `any`. Without a filter only what passes counts. */
function parseStatuses(
  call: string,
  filters: string | undefined,
): ReadonlySet<HealthStatus> | undefined {
  const words = (filters ?? 'passing').split(/[,|]/).filter((word) => word !== '');
  const statuses = new Set<HealthStatus>();
  let any = false;
  for (const word of words) {
    const status = HEALTH_STATUSES.find((known) => known === word);
    if (status !== undefined) statuses.add(status);
    else if (word === 'any') any = true;
    else {
      throw cannot(
        call,
        'its filter is not a status of a service',
        `known are any, ${HEALTH_STATUSES.join(', ')}`,
      );
    }
  }
  if (statuses.size === 0 && !any) throw cannot(call, 'its filter names no status');
  return any ? undefined : statuses;
}
