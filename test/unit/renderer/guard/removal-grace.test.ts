import { beforeEach, describe, expect, it } from 'vitest';
import { queryId, type Query } from '../../../../src/catalog/query.ts';
import {
  freezeValue,
  type NodeDetail,
  type ServiceInstance,
  type Value,
} from '../../../../src/catalog/values.ts';
import { RemovalGrace, type GraceMemories } from '../../../../src/renderer/guard/removal-grace.ts';
import type { Recall } from '../../../../src/template/engine.ts';
import { instancesOf, keysOf } from '../../../support/guarded.ts';
import { healthyOf, keyPair } from '../../../support/watched.ts';

const sales = healthyOf('sales');
let known: Map<string, Value>;
let values: Map<string, Value>;
let memories: GraceMemories;
let nowMs: number;

beforeEach(() => {
  memories = new Map();
  known = new Map();
  values = new Map();
  nowMs = 0;
});

function grace(...rules: readonly (readonly [name: string, graceMs: number])[]): RemovalGrace {
  const recall = ((query: Query) => {
    const value = values.get(queryId(query));
    return value === undefined ? undefined : { state: 'fresh', value };
  }) as Recall;
  const known_ = known;
  return new RemovalGrace({
    rules: new Map(rules),
    recall,
    known: (id) => known_.get(id),
    memories,
    nowMs: () => nowMs,
  });
}

const answer = (query: Query, value: Value) => values.set(queryId(query), value);
const ids = (lens: RemovalGrace, query: Query = sales): string[] =>
  ((lens.recall(query)?.value ?? []) as readonly ServiceInstance[]).map(({ ID }) => ID);

describe('the grace of removal', () => {
  it('still shows what is gone, in its place, until it was gone for so long', () => {
    const lens = grace(['*', 10_000]);
    answer(sales, instancesOf('a', 'b', 'c'));
    expect(ids(lens)).toEqual(['a', 'b', 'c']);
    nowMs = 1000;
    answer(sales, instancesOf('a', 'c'));
    expect(ids(lens)).toEqual(['a', 'b', 'c']);
    expect([lens.kept, lens.endsMs]).toEqual([1, 11_000]);
    nowMs = 10_999;
    expect(ids(lens)).toEqual(['a', 'b', 'c']);
    nowMs = 11_000;
    expect(ids(lens)).toEqual(['a', 'c']);
    expect([lens.kept, lens.endsMs]).toEqual([0, undefined]);
  });

  it('shows what is new at once, and what is back with its new data', () => {
    const lens = grace(['*', 10_000]);
    answer(sales, instancesOf('b'));
    ids(lens);
    answer(sales, instancesOf('a'));
    expect(ids(lens)).toEqual(['a', 'b']);
    const [back] = instancesOf('b');
    answer(sales, [{ ...back!, Port: 8080 }]);
    expect(lens.recall(sales)?.value).toMatchObject([{ ID: 'a' }, { ID: 'b', Port: 8080 }]);
    nowMs = 10_000;
    expect(ids(lens)).toEqual(['b']);
  });

  it('counts from when it went, however often others change meanwhile', () => {
    const lens = grace(['*', 10_000]);
    answer(sales, instancesOf('a', 'b'));
    ids(lens);
    for (nowMs = 0; nowMs < 10_000; nowMs += 1000) {
      answer(sales, instancesOf('a', `new${nowMs}`));
      expect(ids(lens)).toContain('b');
    }
    answer(sales, instancesOf('a'));
    expect(ids(lens)).not.toContain('b');
  });

  it('goes on where it was when the rules are read again, by the time that they give', () => {
    const lens = grace(['*', 10_000]);
    answer(sales, instancesOf('a', 'b', 'c'));
    ids(lens);
    answer(sales, instancesOf('a'));
    ids(lens);
    nowMs = 9000;
    expect(ids(grace(['*', 10_000]))).toEqual(['a', 'b', 'c']);
    nowMs = 10_000;
    const longer = grace(['sales', 20_000]);
    expect(ids(longer)).toEqual(['a', 'b', 'c']);
    expect(longer.endsMs).toBe(20_000);
    expect(ids(grace(['*', 10_000]))).toEqual(['a']);
  });

  it('takes an ill instance for gone where the query lists it, and shows it as it was', () => {
    const any = { ...sales, passingOnly: false };
    const lens = grace(['sales', 10_000]);
    const [a, b] = instancesOf('a', 'b');
    answer(any, [a!, b!]);
    ids(lens, any);
    answer(any, [a!, { ...b!, Status: 'critical' }]);
    expect(lens.recall(any)?.value).toMatchObject([{ Status: 'passing' }, { Status: 'passing' }]);
    nowMs = 10_000;
    expect(lens.recall(any)?.value).toMatchObject([{ Status: 'passing' }, { Status: 'critical' }]);
  });

  it('shows an instance that was ill from the start as it is', () => {
    const any = { ...sales, passingOnly: false };
    const lens = grace(['*', 10_000]);
    answer(any, [{ ...instancesOf('a')[0]!, Status: 'critical' }]);
    expect(lens.recall(any)?.value).toMatchObject([{ ID: 'a', Status: 'critical' }]);
    answer(any, []);
    expect(lens.recall(any)?.value).toEqual([]);
  });

  it('has a time for each name, and none for what is not named', () => {
    const lens = grace(['sales', 10_000], ['v2.sales', 1000]);
    const tagged = healthyOf('sales', 'v2');
    const customers = healthyOf('customers');
    for (const query of [sales, tagged, customers]) {
      answer(query, instancesOf('a'));
      ids(lens, query);
      answer(query, []);
    }
    expect([sales, tagged, customers].map((query) => ids(lens, query))).toEqual([['a'], ['a'], []]);
    nowMs = 1000;
    expect([sales, tagged].map((query) => ids(lens, query))).toEqual([['a'], []]);
  });

  it('holds for lists of services and nodes, for a node, for trees and for keys', () => {
    const lens = grace(['*', 1000]);
    const service = (Name: string) => ({ Name, Tags: [] });
    const node = {
      ID: '1',
      Node: 'n1',
      Address: '',
      Datacenter: 'dc1',
    } as unknown as NodeDetail['Node'];
    const here = { ID: 'web-1', Service: 'web' } as unknown as NodeDetail['Services'][number];
    const facts: readonly (readonly [Query, Value, Value])[] = freezeValue([
      [{ kind: 'services' }, [service('a'), service('b')], [service('a')]],
      [{ kind: 'nodes' }, [node], []],
      [{ kind: 'node', name: 'n1' }, { Node: node, Services: [here] }, null],
      [{ kind: 'tree', prefix: 'c/' }, keysOf('c/a', 'c/b'), keysOf('c/b')],
      [{ kind: 'key', path: 'k' }, keyPair('k', 'v'), null],
      [{ kind: 'datacenters', reachableOnly: true }, ['dc1', 'dc2'], ['dc1']],
    ]);
    for (const [query, before, after] of facts) {
      answer(query, before);
      expect(lens.recall(query)?.value).toBe(before);
      answer(query, after);
      expect(lens.recall(query)?.value, query.kind).toEqual(before);
      expect(Object.isFrozen(lens.recall(query)?.value), query.kind).toBe(true);
    }
    nowMs = 1000;
    for (const [query, , after] of facts) expect(lens.recall(query)?.value).toBe(after);
  });

  it('begins with what is known of the file, so that a restart is no way around it', () => {
    known.set(queryId(sales), instancesOf('a', 'b'));
    const lens = grace(['*', 1000]);
    answer(sales, instancesOf('b'));
    expect(ids(lens)).toEqual(['a', 'b']);
  });

  it('gives the same object while nothing changes', () => {
    const lens = grace(['*', 1000]);
    answer(sales, instancesOf('a', 'b'));
    ids(lens);
    answer(sales, instancesOf('a'));
    expect(lens.recall(sales)?.value).toBe(lens.recall(sales)?.value);
  });

  it('forgets the queries that are not used, and more than it can hold', () => {
    const lens = grace(['*', 1000]);
    answer(sales, instancesOf(...Array.from({ length: 12_000 }, (_, at) => `i${at}`)));
    ids(lens);
    answer(sales, []);
    ids(lens);
    expect(lens.kept).toBe(10_000);
    lens.keepOnly(new Map(), new Map());
    expect(lens.kept).toBe(0);
  });

  it('leaves alone what was never answered, and what is no list', () => {
    const lens = grace(['*', 1000]);
    const file = { kind: 'file', path: '/etc/motd' } as const;
    expect(lens.recall(sales)).toBeUndefined();
    answer(file, 'text');
    expect(lens.recall(file)?.value).toBe('text');
  });
});
