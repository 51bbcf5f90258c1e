import { describe, expect, it } from 'vitest';
import { nearest } from '../../../src/core/nearest.ts';

const WORDS = ['consul-addr', 'consul-auth', 'once', 'dry', 'createDirs', 'wait'];

describe('the nearest word', () => {
  it.each([
    ['consul-adr', 'consul-addr'],
    ['onec', 'once'],
    ['onse', 'once'],
    ['create_dirs', 'createDirs'],
    ['Wait', 'wait'],
    ['wiat', 'wait'],
    ['dy', 'dry'],
  ])('of %s is %s', (word, expected) => {
    expect(nearest(word, WORDS)).toBe(expected);
  });

  it.each(['template', 'o', 'xyz', 'x'.repeat(10_000)])('of %.10s is none', (word) => {
    expect(nearest(word, WORDS)).toBeUndefined();
  });
});
