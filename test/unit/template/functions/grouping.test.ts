import { describe, expect, it } from 'vitest';

import type { ServiceInstance } from '../../../../src/catalog/values.ts';
import { call, callWith, instance, notesFor, plain } from './known-facts.ts';

const web1 = instance({ ID: 'web1', Tags: ['a'], Port: 81, ServiceMeta: { env: 'dev' } });
const web2 = instance({
  ID: 'web2',
  Tags: ['a', 'b'],
  Port: 82,
  ServiceMeta: { env: 'prod', shard: '2' },
});
const web3 = instance({ ID: 'web3', Port: 80 });
const web4 = instance({ ID: 'web4', Port: 80 });

/** `name:ids` of each group, in order. */
function summary(groups: unknown): string {
  return Object.entries(groups as Record<string, ServiceInstance[]>)
    .map(([name, instances]) => `${name}:${instances.map((one) => one.ID).join(',')}`)
    .join(';');
}

function tree(pairs: Record<string, string>): unknown {
  return callWith(notesFor({ pairs }), 'tree', '/');
}

describe('byTag and byPort', () => {
  it('group instances', () => {
    expect(summary(call('byTag', [web1, web2]))).toBe('a:web1,web2;b:web2');
    expect(summary(call('byPort', [web2, web1]))).toBe('81:web1;82:web2');
  });

  it('put ports in the order of numbers', () => {
    const ports = [8080, 443, 80].map((Port) => instance({ ID: String(Port), Port }));
    expect(summary(call('byPort', ports))).toBe('80:80;443:443;8080:8080');
  });

  it('group services by tag as well', () => {
    const services = [{ Name: 'web', Tags: ['x'] }];
    expect(plain(call('byTag', services))).toEqual({ x: services });
  });

  it('give nothing to a tag that is called like a part of every object', () => {
    const groups = call('byTag', [instance({ ID: 'evil', Tags: ['__proto__', 'constructor'] })]);
    expect(Object.getPrototypeOf(groups)).toBeNull();
    expect(Object.keys(groups as object)).toEqual(['__proto__', 'constructor']);
  });

  it('refuse what is no list of instances', () => {
    expect(() => call('byTag', 'web')).toThrow('byTag: instances must be a list, but it is text');
    expect(() => call('byPort', [{}])).toThrow('with a field Port');
  });
});

describe('byMeta', () => {
  it('names groups by the values of several meta keys', () => {
    const groups = call('byMeta', 'env,shard|int', [web1, web2, web3, web4]);
    expect(summary(groups)).toBe('_no_env__00000:web3,web4;dev_00000:web1;prod_00002:web2');
  });

  it('turns unusual characters of a value into underscores', () => {
    const odd = instance({ ID: 'odd', ServiceMeta: { env: 'a b/ü\n' } });
    expect(summary(call('byMeta', 'env', [odd]))).toBe('a_b___:odd');
  });

  it('refuses an unknown type and a value that is not whole, without showing it', () => {
    expect(() => call('byMeta', 'env|float', [web1])).toThrow('unknown type behind "|"');
    expect(() => call('byMeta', 'env|int', [web1])).toThrow(
      /^byMeta: a value of meta env is not a whole number$/,
    );
  });
});

describe('byKey, explode and explodeMap', () => {
  it('group pairs by the first part of their key, leaving single parts out', () => {
    const groups = call('byKey', tree({ a: '1', 'sub/c': '3', 'sub/d/e': '4' }));
    expect(plain(groups)).toMatchObject({
      sub: { c: { Key: 'c', Path: 'sub/c', Value: '3' }, 'd/e': { Key: 'd/e', Value: '4' } },
    });
    expect(Object.keys(groups as object)).toEqual(['sub']);
  });

  it('nest pairs', () => {
    expect(plain(call('explode', tree({ a: '1', 'b/c': '2', 'b/d/e': '3' })))).toEqual({
      a: '1',
      b: { c: '2', d: { e: '3' } },
    });
  });

  it('nest maps', () => {
    expect(plain(call('explodeMap', { 'a/b': 1, c: 2 }))).toEqual({ a: { b: 1 }, c: 2 });
  });

  it('refuse a key that is a value and a branch, in either order', () => {
    expect(() => call('explode', tree({ a: '1', 'a/b': '2' }))).toThrow('both a value and');
    expect(() => call('explodeMap', { 'a/b': 1, a: 2 })).toThrow('explodeMap: a key is both');
  });

  it('make maps without a prototype, whatever keys are called', () => {
    const map = call('explode', tree({ '__proto__/polluted': 'yes' }));
    expect(JSON.stringify(map)).toBe('{"__proto__":{"polluted":"yes"}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('mergeMap', () => {
  const base = { voo: { a: '1', deep: { x: '1' } }, keep: 'base' };
  const other = call('explode', tree({ 'foo/bar': 'a', 'voo/deep/y': '2', 'voo/a': '9' }));

  it('adds what the base lacks, in depth', () => {
    expect(plain(call('mergeMap', base, other))).toEqual({
      foo: { bar: 'a' },
      keep: 'base',
      voo: { a: '1', deep: { x: '1', y: '2' } },
    });
    expect(Object.keys(call('mergeMap', base, other) as object)).toEqual(['foo', 'keep', 'voo']);
  });

  it('replaces what the base has, when told to override', () => {
    expect(plain(call('mergeMapWithOverride', base, other))).toMatchObject({
      voo: { a: '9', deep: { x: '1', y: '2' } },
    });
  });
});

describe('contains and its family', () => {
  it('look for values in a list, or for text in text', () => {
    expect(call('contains', 'a', ['a', 'b'])).toBe(true);
    expect(call('contains', 'z', ['a', 'b'])).toBe(false);
    expect(call('contains', 'ell', 'hello')).toBe(true);
    expect(call('in', ['a', 'b'], 'b')).toBe(true);
    expect(call('in', [1, 2], 3)).toBe(false);
  });

  it('compare several values with a list', () => {
    const list = ['a', 'b'];
    expect(call('containsAll', ['a', 'b'], list)).toBe(true);
    expect(call('containsAll', ['a', 'z'], list)).toBe(false);
    expect(call('containsAny', ['a', 'z'], list)).toBe(true);
    expect(call('containsAny', ['z'], list)).toBe(false);
    expect(call('containsNone', ['y', 'z'], list)).toBe(true);
    expect(call('containsNone', ['a', 'z'], list)).toBe(false);
    expect(call('containsNotAll', ['a', 'z'], list)).toBe(true);
    expect(call('containsNotAll', ['a', 'b'], list)).toBe(false);
  });

  it('answer for no values at all', () => {
    expect(call('containsAll', [], ['a'])).toBe(true);
    expect(call('containsAny', [], ['a'])).toBe(false);
    expect(call('containsNone', [], ['a'])).toBe(true);
    expect(call('containsNotAll', [], ['a'])).toBe(false);
  });

  it('refuse what is neither list nor text', () => {
    expect(() => call('contains', 'a', { a: 1 })).toThrow('contains: list must be a list');
  });
});
