import { describe, expect, it } from 'vitest';
import { queryId, type Query } from '../../../../src/catalog/query.ts';
import type { Value } from '../../../../src/catalog/values.ts';
import { droppedQueries } from '../../../../src/renderer/guard/dropped.ts';
import { Facts, keysOf } from '../../../support/guarded.ts';
import { healthyOf } from '../../../support/watched.ts';

const SERVICES: Query = { kind: 'services' };
const listed = (...names: string[]): Value => names.map((Name) => ({ Name, Tags: [] }));
const madeOf = ({ used, values }: Facts) => Object.assign(new Map(values), { queries: used });

function dropped(before: Facts | undefined, now: Facts, lastUsed?: Facts): readonly string[] {
  const found = droppedQueries({
    lastUsed: lastUsed?.used,
    used: now.used,
    before: before && madeOf(before),
    now: now.values,
  });
  return [...found.keys()];
}

describe('queries that a file was made of and its next text is not', () => {
  const all = new Facts().with(SERVICES, listed('a', 'b')).withService('a').withService('b');

  it('count where the same template asked for them', () => {
    expect(dropped(undefined, new Facts().withService('a'), all)).toEqual([
      'services()',
      'service(b)',
    ]);
  });

  it('count after a restart or under another config where a list has lost what they ask for', () => {
    const now = new Facts().with(SERVICES, listed('a')).withService('a');
    expect(dropped(all, now)).toEqual(['service(b)']);
  });

  it.each<[string, Query, Query, Value, Value]>([
    [
      'a datacenter',
      { ...healthyOf('a'), dc: 'east' },
      { kind: 'datacenters', reachableOnly: false },
      ['east', 'west'],
      ['west'],
    ],
    [
      'a key',
      { kind: 'key', path: 'app/x' },
      { kind: 'tree', prefix: 'app' },
      keysOf('app/x'),
      keysOf(),
    ],
  ])('count so where a list has lost %s', (_, query, list, before, now) => {
    const made = new Facts().with(list, before).with(query, null);
    expect(dropped(made, new Facts().with(list, now))).toEqual([queryId(query)]);
  });

  it('do not count then where the list has it still: the template was changed', () => {
    const now = new Facts().with(SERVICES, listed('a', 'b')).withService('a');
    expect(dropped(all, now)).toEqual([]);
  });

  it('do not count where no list was asked for, or nobody knows what there was', () => {
    const now = new Facts().withService('a');
    expect(dropped(new Facts().withService('a').withService('b'), now)).toEqual([]);
    expect(dropped(undefined, now)).toEqual([]);
  });
});
