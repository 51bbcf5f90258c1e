import { describe, expect, it } from 'vitest';

import { call } from './known-facts.ts';

describe('arithmetic', () => {
  it('takes the piped number last', () => {
    expect(call('add', 1, 2)).toBe(3);
    expect(call('subtract', 3, 10)).toBe(7);
    expect(call('multiply', 2, 1.5)).toBe(3);
    expect(call('divide', 2, 7)).toBe(3);
    expect(call('modulo', 3, 7)).toBe(1);
    expect(call('minimum', 3, 7)).toBe(3);
    expect(call('maximum', 3, 7)).toBe(7);
  });

  it('cuts towards zero between whole numbers, and only there', () => {
    expect(call('divide', 2, -7)).toBe(-3);
    expect(call('divide', 2, 7.5)).toBe(3.75);
    expect(call('modulo', 3, -7)).toBe(-1);
  });

  it('never gives a zero with a sign', () => {
    expect(Object.is(call('multiply', 0, -1), 0)).toBe(true);
    expect(Object.is(call('modulo', 2, -4), 0)).toBe(true);
  });

  it('refuses division by zero, text, and results that are not exact', () => {
    expect(() => call('divide', 0, 1)).toThrow('divide: divisor is zero');
    expect(() => call('modulo', 0, 1)).toThrow('modulo: divisor is zero');
    expect(() => call('add', '1', 2)).toThrow('add: the first number must be a number');
    expect(() => call('add', 1, Number.MAX_SAFE_INTEGER)).toThrow('too large');
    expect(() => call('modulo', 1.5, 2)).toThrow('modulo: divisor must be a whole number');
  });
});

describe('loop', () => {
  it('counts from zero, or from a start, up to and without the end', () => {
    expect(call('loop', 3)).toEqual([0, 1, 2]);
    expect(call('loop', 2, 4)).toEqual([2, 3]);
    expect(call('loop', 1, '3')).toEqual([1, 2]);
    expect(call('loop', 4, 2)).toEqual([]);
    expect(call('loop', 0)).toEqual([]);
  });

  it('refuses what it cannot count', () => {
    expect(() => call('loop', 'many')).toThrow('loop: count must be a whole number');
    expect(() => call('loop', '1000000000')).toThrow('more than 1000000');
  });
});
