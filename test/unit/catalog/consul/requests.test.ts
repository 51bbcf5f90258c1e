import { describe, expect, it } from 'vitest';
import type { CatalogQuery } from '../../../../src/catalog/query.ts';
import { planRequest } from '../../../../src/catalog/consul/requests.ts';

describe('what the API is asked for', () => {
  it.each<[CatalogQuery, string]>([
    [{ kind: 'service', name: 'web', passingOnly: true }, '/v1/health/service/web?passing=1'],
    [
      { kind: 'service', name: 'web', tag: 'v 2', near: '_agent', dc: 'east', passingOnly: false },
      '/v1/health/service/web?dc=east&tag=v+2&near=_agent',
    ],
    [
      { kind: 'service', name: 'web', peer: 'p', samenessGroup: 'g', passingOnly: false },
      '/v1/health/service/web?peer=p&sameness-group=g',
    ],
    [{ kind: 'connect', name: 'web', passingOnly: true }, '/v1/health/connect/web?passing=1'],
    [{ kind: 'services' }, '/v1/catalog/services'],
    [{ kind: 'services', dc: 'east', namespace: 'team' }, '/v1/catalog/services?dc=east&ns=team'],
    [{ kind: 'node', name: 'n1' }, '/v1/catalog/node/n1'],
    [{ kind: 'nodes', near: 'n1' }, '/v1/catalog/nodes?near=n1'],
    [{ kind: 'datacenters', reachableOnly: false }, '/v1/catalog/datacenters'],
    [{ kind: 'key', path: 'a b/c?d' }, '/v1/kv/a%20b/c%3Fd'],
    [{ kind: 'key', path: 'folder/' }, '/v1/kv/folder/'],
    [{ kind: 'key', path: 'caf\u00e9 au lait' }, '/v1/kv/caf%C3%A9%20au%20lait'],
    [{ kind: 'tree', prefix: 'p/', partition: 'x' }, '/v1/kv/p/?recurse=1&partition=x'],
    [{ kind: 'tree', prefix: '' }, '/v1/kv/?recurse=1'],
    [{ kind: 'caRoots' }, '/v1/agent/connect/ca/roots'],
    [{ kind: 'caLeaf', service: 'web' }, '/v1/agent/connect/ca/leaf/web'],
  ])('%j is %s', (query, path) => {
    expect(planRequest(query, {}).path).toBe(path);
  });

  it('is put into the namespace and the partition of the options', () => {
    const defaults = { namespace: 'team', partition: 'x' };
    expect(planRequest({ kind: 'key', path: 'a' }, defaults).path).toBe(
      '/v1/kv/a?ns=team&partition=x',
    );
    expect(planRequest({ kind: 'key', path: 'a', namespace: 'own' }, defaults).path).toBe(
      '/v1/kv/a?ns=own&partition=x',
    );
  });

  it.each<CatalogQuery>([
    { kind: 'key', path: '' },
    { kind: 'key', path: '/a' },
    { kind: 'key', path: 'a//b' },
    { kind: 'key', path: 'a/../b' },
    { kind: 'key', path: 'a\nb' },
    { kind: 'key', path: 'a\u00a0b' },
    { kind: 'key', path: 'a\u007fb' },
    { kind: 'key', path: 'caf\u00e9\nau lait' },
    { kind: 'service', name: '', passingOnly: true },
    { kind: 'service', name: '..', passingOnly: true },
    { kind: 'service', name: 'x'.repeat(600_000), passingOnly: true },
    { kind: 'node', name: '.' },
    { kind: 'tree', prefix: '/' },
    { kind: 'caLeaf', service: 'a\u0000' },
  ])('has no place for %j', (query) => {
    expect(() => planRequest(query, {})).toThrow(
      expect.objectContaining({ name: 'AutotmplError', code: 'catalog' }),
    );
  });
});
