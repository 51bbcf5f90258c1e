import { queryId, type Query } from '../../src/catalog/query.ts';
import type { KeyPair, ServiceInstance, Value } from '../../src/catalog/values.ts';
import type { GuardRules } from '../../src/renderer/safety.ts';
import { healthyOf, instance, keyPair } from './watched.ts';

/** Guards that ask for nothing but what a test says. */
export function guardRules(rules: Partial<GuardRules>): GuardRules {
  return {
    neverEmpty: [],
    minInstances: new Map(),
    maxRemovedPercent: new Map(),
    removeAfterMs: new Map(),
    ...rules,
  };
}

/** Healthy instances of a service by their ids, as the catalog sorts them. */
export function instancesOf(...ids: readonly string[]): readonly ServiceInstance[] {
  const place = { NodeDatacenter: 'dc1', Node: 'n1', Status: 'passing' as const };
  return Object.freeze(ids.map((id) => instance(id, place)));
}

/** Keys by their paths. */
export function keysOf(...paths: readonly string[]): readonly KeyPair[] {
  return Object.freeze(paths.map((path) => keyPair(path, path)));
}

/** What a text was made of: queries with their answers. */
export class Facts {
  readonly used = new Map<string, Query>();
  readonly values = new Map<string, Value>();

  /** The same with an answer more. */
  with(query: Query, value: Value): this {
    this.used.set(queryId(query), query);
    this.values.set(queryId(query), value);
    return this;
  }

  /** The same with healthy instances of a service. */
  withService(name: string, ...ids: readonly string[]): this {
    return this.with(healthyOf(name), instancesOf(...ids));
  }
}
