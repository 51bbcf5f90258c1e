import { INDEXED, type RequestPlan } from '../blocking/request-plan.ts';
import { encodePath, parametersOf, UnaskableError } from '../http/api-path.ts';
import type { NomadQuery, NomadScope } from '../nomad-facts.ts';
import { queryId } from '../query.ts';
import type { NomadOptions } from './options.ts';
import { readService, readServices, readVariable, readVariables } from './values.ts';

/** Where queries look that do not say so themselves. */
export type NomadScopeDefaults = Pick<NomadOptions, 'namespace' | 'region'>;

/** The plan for a query; throws an UnaskableError for a name that no request can carry. */
export function planRequest(query: NomadQuery, defaults: NomadScopeDefaults): RequestPlan {
  const label = queryId(query);
  const namespace = query.namespace ?? defaults.namespace ?? 'default';
  const place = scopeOf(query, defaults);
  const rule = (capability: string): string =>
    `namespace "${namespace}" { capabilities = ["${capability}"] }`;
  switch (query.kind) {
    case 'nomadServices':
      return {
        label,
        ...INDEXED,
        path: `/v1/services${parametersOf(place)}`,
        aclRule: rule('read-job'),
        read: readServices,
      };
    case 'nomadService': {
      const { choose, tag } = query;
      const chosen = choose === undefined ? undefined : `${choose.count}|${choose.key}`;
      return {
        label,
        ...INDEXED,
        path: `/v1/service/${named(query.name, label)}${parametersOf({ ...place, choose: chosen })}`,
        aclRule: rule('read-job'),
        read: (body) => readService(body, { tag, keepOrder: choose !== undefined }),
      };
    }
    case 'nomadVar':
      return {
        label,
        ...INDEXED,
        mayBeAbsent: true,
        isShort: true,
        path: `/v1/var/${named(query.path, label)}${parametersOf(place)}`,
        aclRule: variableRule(namespace, query.path, 'read'),
        read: readVariable,
      };
    case 'nomadVarList': {
      const prefix = query.prefix === '' ? undefined : query.prefix;
      return {
        label,
        ...INDEXED,
        path: `/v1/vars${parametersOf({ ...place, prefix })}`,
        aclRule: variableRule(namespace, `${query.prefix}*`, 'list'),
        read: readVariables,
      };
    }
  }
}

function variableRule(namespace: string, path: string, capability: 'read' | 'list'): string {
  return `namespace "${namespace}" { variables { path "${path}" { capabilities = ["${capability}"] } } }`;
}

function scopeOf(
  scope: NomadScope,
  defaults: NomadScopeDefaults,
): Record<string, string | undefined> {
  return {
    region: scope.region ?? defaults.region,
    namespace: scope.namespace ?? defaults.namespace,
  };
}

function named(name: string, label: string): string {
  const path = encodePath(name);
  if (path !== undefined) return path;
  throw new UnaskableError('catalog', `Nomad's HTTP API has no address for ${label}`);
}
