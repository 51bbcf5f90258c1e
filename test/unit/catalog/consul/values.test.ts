import { describe, expect, it } from 'vitest';
import {
  readCaRoots,
  readInstances,
  readKey,
  readNodeDetail,
  readServices,
  readTree,
} from '../../../../src/catalog/consul/values.ts';
import { worstStatus } from '../../../../src/catalog/instance-status.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');

describe('instances', () => {
  it('have the empty value for everything that Consul leaves out', () => {
    const [instance] = readInstances(
      [{ Node: { Node: 'n1', Address: '10.0.0.1' }, Service: { ID: 'a', Service: 'web' } }],
      false,
    );
    expect(instance).toMatchObject({
      Node: 'n1',
      Address: '10.0.0.1',
      Port: 0,
      Tags: [],
      Checks: [],
      Status: 'passing',
      Weights: { Passing: 1, Warning: 1 },
    });
  });

  it('are sorted by node and then by ID, by code units, unless they come by nearness', () => {
    const body = [
      ['n2', 'a'],
      ['n1', 'b'],
      ['n1', 'B'],
    ].map(([node, id]) => ({ Node: { Node: node }, Service: { ID: id } }));
    const names = (keepOrder: boolean) =>
      readInstances(body, keepOrder).map(({ Node, ID }) => `${Node} ${ID}`);
    expect(names(false)).toEqual(['n1 B', 'n1 b', 'n2 a']);
    expect(names(true)).toEqual(['n2 a', 'n1 b', 'n1 B']);
  });

  it('keep a tagged address with its port', () => {
    const wan = { Address: '198.51.100.1', Port: 80 };
    const [instance] = readInstances([{ Service: { TaggedAddresses: { wan } } }], false);
    expect(instance?.ServiceTaggedAddresses.wan).toEqual(wan);
  });

  it('keep meta whose names are parts of JavaScript', () => {
    const body = JSON.parse(
      '[{"Service": {"Meta": {"__proto__": "a", "toString": "b"}}}]',
    ) as unknown;
    const meta = readInstances(body, false)[0]?.ServiceMeta ?? {};
    expect(Object.entries(meta)).toEqual([
      ['__proto__', 'a'],
      ['toString', 'b'],
    ]);
  });

  it.each([
    ['a list where an object belongs', [{ Node: [] }]],
    ['a number where text belongs', [{ Node: { Node: 5 } }]],
    ['an object where the list belongs', { a: 1 }],
  ])('are not guessed from %s', (_, body) => {
    expect(() => readInstances(body, false)).toThrow();
  });
});

describe('the status of an instance', () => {
  const check = (Status: string, CheckID = 'c') => ({ CheckID, Status });
  it.each([
    ['passing', []],
    ['passing', [check('passing')]],
    ['warning', [check('passing'), check('warning')]],
    ['critical', [check('warning'), check('critical'), check('passing')]],
    ['critical', [check('a word from the future')]],
    ['maintenance', [check('critical', '_node_maintenance'), check('critical')]],
    ['maintenance', [check('passing'), check('critical', '_service_maintenance:web')]],
  ] as const)('is %s for %j', (status, checks) => {
    expect(worstStatus(checks)).toBe(status);
  });
});

describe('keys', () => {
  it('hold text in UTF-8, and empty text where Consul says null', () => {
    expect(readKey([{ Key: 'a', Value: encode('grün\n') }])?.Value).toBe('grün\n');
    expect(readKey([{ Key: 'a', Value: null }])?.Value).toBe('');
  });

  it('are null where there is none', () => {
    expect(readKey(null)).toBeNull();
  });

  it('of a tree leave out markers and the prefix itself, and are sorted by path', () => {
    const body = ['p/b', 'p/', 'p', 'p/a/', 'p/a/x', 'p//y'].map((Key) => ({ Key, Value: null }));
    expect(readTree(body, 'p').map(({ Path, Key }) => [Path, Key])).toEqual([
      ['p//y', 'y'],
      ['p/a/x', 'a/x'],
      ['p/b', 'b'],
    ]);
    expect(readTree(null, 'p')).toEqual([]);
  });
});

describe('services and nodes', () => {
  it('keep a service that is called like a part of JavaScript', () => {
    const body = JSON.parse('{"__proto__": ["b", "a"], "constructor": null}') as unknown;
    expect(readServices(body)).toEqual([
      { Name: '__proto__', Tags: ['a', 'b'] },
      { Name: 'constructor', Tags: [] },
    ]);
  });

  it('are null for a node that nobody knows', () => {
    expect(readNodeDetail(null)).toBeNull();
  });

  it('do not take a mesh without roots for one', () => {
    expect(() => readCaRoots({ Roots: [] })).toThrow('no roots yet');
  });
});
