import { describe, expect, it } from 'vitest';
import {
  aclPolicy,
  aclRulesOf,
  describeAclRules,
} from '../../../../src/catalog/consul/acl-rules.ts';
import type { CatalogQuery } from '../../../../src/catalog/query.ts';

const policyOf = (...queries: CatalogQuery[]): string => aclPolicy(queries.flatMap(aclRulesOf));

describe('the policy for some queries', () => {
  it.each<[string, CatalogQuery, string]>([
    ['a key', { kind: 'key', path: 'a/b' }, 'key "a/b" { policy = "read" }\n'],
    ['a prefix', { kind: 'tree', prefix: 'a/' }, 'key_prefix "a/" { policy = "read" }\n'],
    [
      'a service with the nodes that it is on',
      { kind: 'service', name: 'web', passingOnly: true },
      'node_prefix "" { policy = "read" }\nservice "web" { policy = "read" }\n',
    ],
    [
      'all services',
      { kind: 'services' },
      'node_prefix "" { policy = "read" }\nservice_prefix "" { policy = "read" }\n',
    ],
    ['one node', { kind: 'node', name: 'n1' }, 'node "n1" { policy = "read" }\n'],
    [
      "the agent's own node",
      { kind: 'node' },
      'agent_prefix "" { policy = "read" }\nnode_prefix "" { policy = "read" }\n',
    ],
    ['a certificate', { kind: 'caLeaf', service: 'web' }, 'service "web" { policy = "write" }\n'],
    ['partitions', { kind: 'partitions' }, 'operator = "read"\n'],
    ['shared services', { kind: 'exportedServices' }, 'mesh = "read"\n'],
    ['peerings', { kind: 'peerings' }, 'peering = "read"\n'],
    ['the roots, which anybody may read', { kind: 'caRoots' }, ''],
  ])('names %s', (_what, query, policy) => {
    expect(policyOf(query)).toBe(policy);
  });

  it('names each rule once, and none that another covers', () => {
    expect(
      policyOf(
        { kind: 'key', path: 'app/name' },
        { kind: 'key', path: 'app/name', dc: 'dc2' },
        { kind: 'tree', prefix: 'app/' },
        { kind: 'tree', prefix: 'app/sub/' },
        { kind: 'key', path: 'application' },
        { kind: 'services' },
        { kind: 'service', name: 'web', passingOnly: true },
        { kind: 'node', name: 'n1' },
        { kind: 'caLeaf', service: 'web' },
      ),
    ).toBe(
      [
        'key "application" { policy = "read" }',
        'key_prefix "app/" { policy = "read" }',
        'node_prefix "" { policy = "read" }',
        'service "web" { policy = "write" }',
        'service_prefix "" { policy = "read" }',
        '',
      ].join('\n'),
    );
  });

  it('quotes names that anybody may choose', () => {
    expect(policyOf({ kind: 'key', path: 'a"b' })).toBe('key "a\\"b" { policy = "read" }\n');
  });

  it('is a part of a sentence, too', () => {
    expect(describeAclRules(aclRulesOf({ kind: 'services' }))).toBe(
      'service_prefix "" { policy = "read" } and node_prefix "" { policy = "read" }',
    );
    expect(describeAclRules([])).toBe('none: any token that is valid will do');
  });
});
