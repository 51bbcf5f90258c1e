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

  it('lets whoever goes through the users of a query go through all of them, though one of them lets go meanwhile', () => {
    const graph = new Graph<string>();
    const query = new Map([['a', 1]]);
    for (const user of ['one', 'two', 'three']) graph.set(user, query);
    const seen: string[] = [];
    for (const user of graph.usersOf('a')) {
      seen.push(user);
      graph.set(user, new Map());
    }
    expect(seen).toEqual(['one', 'two', 'three']);
    expect(graph.usersOf('a')).toEqual([]);
  });

  it('knows nothing any more of a user who needed nothing for a while', () => {
    const graph = new Graph<string>();
    for (const ids of [['a'], [], ['a']]) graph.set('one', new Set(ids));
    expect(graph.usersOf('a')).toEqual(['one']);
    expect(graph.set('one', new Set())).toEqual(['a']);
    expect(graph.set('one', new Set())).toEqual([]);
  });

  it('names a user once, however often it says what it needs', () => {
    const graph = new Graph<string>();
    for (const ids of [['a'], ['a', 'b'], ['a']]) graph.set('one', new Set(ids));
    expect(graph.usersOf('a')).toEqual(['one']);
    expect(graph.usersOf('b')).toEqual([]);
  });
});
