import { describe, expect, it } from 'vitest';
import { readsOf } from '../../../../src/catalog/consul/consistency-of.ts';
import { isReadsPattern } from '../../../../src/catalog/consul/options.ts';
import { planRequest } from '../../../../src/catalog/consul/requests.ts';
import type { CatalogQuery } from '../../../../src/catalog/query.ts';

const STALE = { mode: 'stale', maxStaleMs: 2000 } as const;
const CACHED = { mode: 'cached', maxStaleMs: 2000 } as const;

const service = (name: string): CatalogQuery => ({ kind: 'service', name, passingOnly: true });

describe('who may answer some queries', () => {
  it('is said by kind', () => {
    const rules = [{ queries: 'services', reads: STALE }];
    expect(readsOf({ kind: 'services' }, rules, undefined)).toBe(STALE);
    expect(readsOf(service('web'), rules, undefined)).toBeUndefined();
    expect(readsOf(service('web'), rules, CACHED)).toBe(CACHED);
  });

  it('is said by name, where a star stands for any characters and nothing else for more than itself', () => {
    const rules = [{ queries: 'service(web*)', reads: CACHED }];
    expect(readsOf(service('web-1'), rules, undefined)).toBe(CACHED);
    expect(readsOf(service('my-web'), rules, undefined)).toBeUndefined();
    const exact = [{ queries: 'key(a.b)', reads: STALE }];
    expect(readsOf({ kind: 'key', path: 'a.b' }, exact, undefined)).toBe(STALE);
    expect(readsOf({ kind: 'key', path: 'a/b' }, exact, undefined)).toBeUndefined();
  });

  it('is what the first says that is about the query, the leader alone included', () => {
    const rules = [
      { queries: 'service(db)', reads: undefined },
      { queries: 'service', reads: CACHED },
    ];
    expect(readsOf(service('db'), rules, STALE)).toBeUndefined();
    expect(readsOf(service('web'), rules, STALE)).toBe(CACHED);
  });

  it('is in the plan of a request; what no cache has is still asked of the leader', () => {
    const defaults = {
      readsOf: [
        { queries: 'services', reads: CACHED },
        { queries: 'key', reads: CACHED },
      ],
    };
    expect(planRequest({ kind: 'services' }, defaults).relaxed).toBe(CACHED);
    expect(planRequest({ kind: 'key', path: 'a' }, defaults).relaxed).toBeUndefined();
    expect(planRequest(service('web'), defaults).relaxed).toBeUndefined();
  });

  it.each(['service', 'services', 'tree(*)', 'service(web*)', 'node()'])('knows %s', (queries) => {
    expect(isReadsPattern(queries)).toBe(true);
  });

  it.each(['servce', 'caLeaf', 'ls(a)', 'service(web', '*', ''])('does not know %s', (queries) => {
    expect(isReadsPattern(queries)).toBe(false);
  });
});
