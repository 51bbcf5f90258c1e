import { describe, expect, it } from 'vitest';
import { ShapeError } from '../../../src/catalog/http/shapes.ts';
import { readValue } from '../../../src/catalog/read-value.ts';
import { isShareable, type ShareableQuery } from '../../../src/catalog/shareable.ts';
import type { Query } from '../../../src/catalog/query.ts';

const PAIR = {
  Path: 'a',
  Key: 'a',
  Value: 'v',
  CreateIndex: 1,
  ModifyIndex: 2,
  LockIndex: 0,
  Flags: 0,
  Session: '',
};
const NODE = {
  ID: 'i',
  Node: 'n',
  Address: '10.0.0.1',
  Datacenter: 'dc1',
  TaggedAddresses: { lan: '10.0.0.1' },
  Meta: { a: 'b' },
};
const CHECK = {
  Node: 'n',
  CheckID: 'c',
  Name: 'c',
  Status: 'passing',
  Notes: '',
  Output: 'ok',
  ServiceID: 's',
  ServiceName: 's',
  ServiceTags: ['t'],
};
const INSTANCE = {
  Node: 'n',
  NodeID: 'i',
  NodeAddress: '10.0.0.1',
  NodeDatacenter: 'dc1',
  NodeTaggedAddresses: { lan: '10.0.0.1' },
  NodeMeta: {},
  ServiceMeta: { v: '1' },
  Address: '10.0.0.1',
  ServiceTaggedAddresses: { lan: { Address: '10.0.0.1', Port: 80 } },
  ID: 's',
  Name: 's',
  Tags: ['a'],
  Checks: [CHECK],
  Status: 'passing',
  Port: 80,
  Weights: { Passing: 1, Warning: 1 },
};
const DETAIL = {
  Node: NODE,
  Services: [
    { ID: 's', Service: 's', Tags: [], Meta: {}, Port: 1, Address: '', EnableTagOverride: true },
  ],
};

const GOOD: readonly (readonly [ShareableQuery['kind'], unknown])[] = [
  ['service', [INSTANCE]],
  ['connect', [INSTANCE]],
  ['services', [{ Name: 's', Tags: ['a'] }]],
  ['node', DETAIL],
  ['node', null],
  ['nodes', [NODE]],
  ['datacenters', ['dc1']],
  ['key', PAIR],
  ['key', null],
  ['tree', [PAIR]],
];

describe('a value that another instance wrote', () => {
  it.each(GOOD)('is what it was: %s', (kind, value) => {
    const read = readValue(kind, JSON.parse(JSON.stringify(value)));
    expect(JSON.parse(JSON.stringify(read))).toEqual(value);
    expect(Object.isFrozen(read)).toBe(true);
  });

  it('has the fields of the contract only, and no prototype', () => {
    const hostile = JSON.parse(
      '{"Path":"a","Key":"a","Value":"v","evil":1,"__proto__":{"polluted":true},"constructor":"x"}',
    ) as unknown;
    const read = readValue('key', hostile);
    expect(Object.keys(read ?? {})).toEqual(Object.keys(PAIR));
    expect(Object.getPrototypeOf(read)).toBeNull();
    const meta = JSON.parse('{"__proto__":"x","constructor":"y"}') as unknown;
    const [instance] = readValue('service', [{ ...INSTANCE, ServiceMeta: meta }]) as unknown as [
      { ServiceMeta: object },
    ];
    expect(Object.getPrototypeOf(instance.ServiceMeta)).toBeNull();
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it.each([
    ['service', null],
    ['service', {}],
    ['service', [null]],
    ['service', [{ ...INSTANCE, Status: 'evil' }]],
    ['service', [{ ...INSTANCE, Port: '80; evil' }]],
    ['service', [{ ...INSTANCE, Address: { toString: 1 } }]],
    ['service', [{ ...INSTANCE, Tags: [['a']] }]],
    ['service', [{ ...INSTANCE, Checks: [7] }]],
    ['services', [7]],
    ['node', {}],
    ['node', { Node: NODE }],
    ['nodes', 'x'],
    ['datacenters', [1]],
    ['key', {}],
    ['key', []],
    ['key', { ...PAIR, Value: 7 }],
    ['tree', null],
    ['tree', [{ Path: 'a' }]],
  ] as const)('is refused where it has another shape: %s %j', (kind, value) => {
    expect(() => readValue(kind, value)).toThrow(ShapeError);
  });
});

describe('what is shared', () => {
  it.each<[Query, boolean]>([
    [{ kind: 'key', path: 'a' }, true],
    [{ kind: 'tree', prefix: 'a' }, true],
    [{ kind: 'service', name: 'a', passingOnly: true }, true],
    [{ kind: 'service', name: 'a', passingOnly: true, near: 'node-1' }, true],
    [{ kind: 'service', name: 'a', passingOnly: true, near: '_agent' }, false],
    [{ kind: 'nodes', near: '_agent' }, false],
    [{ kind: 'nodes' }, true],
    [{ kind: 'node', name: 'n' }, true],
    [{ kind: 'node' }, false],
    [{ kind: 'services' }, true],
    [{ kind: 'datacenters', reachableOnly: true }, true],
    [{ kind: 'caLeaf', service: 'a' }, false],
    [{ kind: 'caRoots' }, false],
    [{ kind: 'file', path: '/a' }, false],
    [{ kind: 'plugin', command: ['a'] }, false],
    [{ kind: 'vaultRead', path: 'a', parameters: {} }, false],
    [{ kind: 'vaultList', path: 'a' }, false],
    [{ kind: 'vaultPki', path: 'a', data: {} }, false],
    [{ kind: 'nomadVar', path: 'a' }, false],
    [{ kind: 'nomadService', name: 'a' }, false],
  ])('is no secret, and the same for whoever asks: %j', (query, expected) => {
    expect(isShareable(query)).toBe(expected);
  });
});
