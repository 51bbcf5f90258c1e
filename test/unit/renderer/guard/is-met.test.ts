import { describe, expect, it } from 'vitest';
import type { Query } from '../../../../src/catalog/query.ts';
import type { Value } from '../../../../src/catalog/values.ts';
import { isMet } from '../../../../src/renderer/guard/is-met.ts';
import { Facts, keysOf } from '../../../support/guarded.ts';
import { healthyOf } from '../../../support/watched.ts';

describe('a name of a guard', () => {
  it.each<[string, string, Query, Value, boolean]>([
    ['a service', 'sales', healthyOf('sales'), [], true],
    ['a service with a tag', 'v2.sales', healthyOf('sales', 'v2'), [], true],
    ['a service in a list', 'sales', { kind: 'services' }, [{ Name: 'sales', Tags: [] }], true],
    ['no service in a list', 'salse', { kind: 'services' }, [{ Name: 'sales', Tags: [] }], false],
    ['keys in a tree', 'app/x', { kind: 'tree', prefix: 'app' }, keysOf('app/x/a'), true],
    ['no keys in a tree', 'web', { kind: 'tree', prefix: 'app' }, keysOf('app/x/a'), false],
    ['what is no list', 'sales', { kind: 'caRoots' }, [] as never, false],
  ])('stands for %s', (_, name, query, value, expected) => {
    const { used, values } = new Facts().with(query, value);
    expect(isMet(name, used, values)).toBe(expected);
  });
});
