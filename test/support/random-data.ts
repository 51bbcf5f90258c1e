import type { Query } from '../../src/catalog/query.ts';
import {
  freezeValue,
  type CatalogNode,
  type KeyPair,
  type ServiceInstance,
  type Value,
} from '../../src/catalog/values.ts';
import { between, oneOf, type Chance } from './chance.ts';

const TAGS = ['blue', 'green', 'v1'];
const NAMES = ['web', 'api', 'bad name?', 'v1'];
const KEYS = ['', 'one', 'two', 'three/', 'three/deep', 'three/deeper/still', 'four/x'];

/** A random answer to a query of a template; few different values, so that much is the same. */
export function randomAnswer(chance: Chance, query: Query): Value {
  return freezeValue(answerTo(chance, query));
}

function answerTo(chance: Chance, query: Query): Value {
  // eslint-disable-next-line @typescript-eslint/switch-exhaustiveness-check -- what templates of tests ask for
  switch (query.kind) {
    case 'services':
      return some(chance, NAMES, 0.7).map((Name) => ({ Name, Tags: some(chance, TAGS, 0.5) }));
    case 'service':
    case 'connect':
      return listOf(chance, 3, (at) => instance(chance, query.name, at));
    case 'nodes':
      return listOf(chance, 2, (at) => node(chance, at));
    case 'node':
      return chance() < 0.1 ? null : { Node: node(chance, 0), Services: [] };
    case 'tree':
      return some(chance, KEYS, 0.7).map((key) => pair(chance, `${query.prefix}/${key}`, key));
    case 'key':
      return chance() < 0.2 ? null : pair(chance, query.path, query.path);
    default:
      throw new Error(`no answer to ${query.kind}`);
  }
}

function instance(chance: Chance, Name: string, at: number): ServiceInstance {
  return {
    ...{ Node: `n${at}`, NodeID: '1', NodeAddress: '10.0.0.1', NodeDatacenter: 'dc1' },
    NodeTaggedAddresses: { lan: '10.0.0.1' },
    NodeMeta: meta(chance),
    ServiceMeta: meta(chance),
    Address: oneOf(chance, ['10.0.0.1', '10.0.0.2', 'no host']),
    ServiceTaggedAddresses: {},
    ...{ ID: `${Name}-${at}`, Name },
    Tags: some(chance, TAGS, 0.5),
    Checks: chance() < 0.5 ? [] : [check(chance)],
    Status: oneOf(chance, ['passing', 'warning']),
    Port: oneOf(chance, [0, 80, 81]),
    Weights: { Passing: between(chance, 1, 2), Warning: 1 },
  };
}

function check(chance: Chance): ServiceInstance['Checks'][number] {
  return {
    ...{ Node: 'n1', CheckID: 'c', Name: 'c', Status: 'passing', Notes: '' },
    ...{ Output: oneOf(chance, ['fine', 'fine\n']), ServiceID: 's', ServiceName: 's' },
    ServiceTags: [],
  };
}

function node(chance: Chance, at: number): CatalogNode {
  return {
    ...{ ID: String(at), Node: `n${at}`, Address: '10.0.0.1', Datacenter: 'dc1' },
    TaggedAddresses: {},
    Meta: meta(chance),
  };
}

function meta(chance: Chance): Readonly<Record<string, string>> {
  return Object.fromEntries(
    some(chance, ['zone', 'version', 'length'], 0.5).map((name) => [name, oneOf(chance, TAGS)]),
  );
}

function pair(chance: Chance, Path: string, Key: string): KeyPair {
  return {
    ...{ Path, Key, Value: oneOf(chance, ['', 'x', 'y']), CreateIndex: 1 },
    ModifyIndex: between(chance, 1, 3),
    LockIndex: between(chance, 0, 1),
    Flags: between(chance, 0, 1),
    Session: oneOf(chance, ['', 's']),
  };
}

function some<Item>(chance: Chance, items: readonly Item[], part: number): Item[] {
  return items.filter(() => chance() < part);
}

function listOf<Item>(chance: Chance, most: number, make: (at: number) => Item): Item[] {
  return Array.from({ length: between(chance, 0, most) }, (_, at) => make(at));
}

/** The answer with one thing in it changed: a text or a number, an item of a list, a name of a map, an order of either. */
export function changedAnswer(chance: Chance, answer: Value): Value {
  return freezeValue(changed(chance, answer) as Value);
}

function changed(chance: Chance, value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'string') return chance() < 0.1 ? `${value}\n` : `${value}z`;
  if (typeof value !== 'object' || value === null) return value;
  return Array.isArray(value)
    ? changedList(chance, value)
    : changedMap(chance, value as Readonly<Record<string, unknown>>);
}

function changedList(chance: Chance, list: readonly unknown[]): readonly unknown[] {
  const way = chance();
  if (list.length === 0) return list;
  const at = between(chance, 0, list.length - 1);
  if (way < 0.1) return list.filter((_, index) => index !== at);
  if (way < 0.2) return [...list].reverse();
  if (way < 0.25) return [...list, list[at]];
  return list.map((item, index) => (index === at ? changed(chance, item) : item));
}

/** Metadata may lose or win a name; fields are always there. */
function changedMap(chance: Chance, map: Readonly<Record<string, unknown>>): object {
  const isOpen = Object.keys(map).every((name) => /^[a-z]/.test(name));
  if (isOpen && chance() < 0.3) {
    const name = oneOf(chance, ['zone', 'version', 'length']);
    const { [name]: before, ...rest } = map;
    return before === undefined ? { ...rest, [name]: 'new' } : rest;
  }
  if (isOpen && chance() < 0.2) return Object.fromEntries(Object.entries(map).reverse());
  const names = Object.keys(map);
  if (names.length === 0) return map;
  const name = oneOf(chance, names);
  return { ...map, [name]: changed(chance, map[name]) };
}
