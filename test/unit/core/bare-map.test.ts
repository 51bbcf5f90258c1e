import { describe, expect, it } from 'vitest';
import { bareMap } from '../../../src/core/bare-map.ts';

describe('a bare map', () => {
  it('has no prototype, and nothing in it', () => {
    const map = bareMap();
    expect(Object.getPrototypeOf(map)).toBeNull();
    expect(map.constructor).toBeUndefined();
    expect('toString' in map).toBe(false);
    expect(Object.keys(map)).toEqual([]);
  });

  it('takes any name for a name', () => {
    const map = bareMap<string>();
    for (const name of ['__proto__', 'constructor', 'toString', '1']) map[name] = name;
    expect(Object.keys(map).sort()).toEqual(['1', '__proto__', 'constructor', 'toString']);
    expect(Object.getPrototypeOf(map)).toBeNull();
  });

  it('is each its own', () => {
    const first = bareMap<number>();
    first.a = 1;
    expect(bareMap<number>().a).toBeUndefined();
  });
});
