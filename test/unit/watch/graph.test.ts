import { describe, expect, it } from 'vitest';

import { Graph } from '../../../src/watch/graph.ts';

describe('the graph of users and queries', () => {
  it('names the queries that lost their last user', () => {
    const graph = new Graph<string>();
    expect(graph.set('one', new Set(['a', 'b']))).toEqual([]);
    expect(graph.set('two', new Set(['b']))).toEqual([]);
    expect(graph.set('one', new Set(['c']))).toEqual(['a']);
    expect([...graph.usersOf('b')]).toEqual(['two']);
    expect(graph.set('two', new Set())).toEqual(['b']);
    expect([...graph.usersOf('b')]).toEqual([]);
  });
});
