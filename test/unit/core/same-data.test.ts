import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';

import { freezeValue } from '../../../src/catalog/values.ts';
import { isSameData } from '../../../src/core/same-data.ts';
import { between, chanceOf, oneOf, type Chance } from '../../support/chance.ts';

const parse = (text: string): unknown => freezeValue(JSON.parse(text) as unknown);

describe('plain data', () => {
  it.each([
    ['{"a":1,"b":2}', '{"b":2,"a":1}', true],
    ['{"a":1}', '{"a":1,"b":2}', false],
    ['{"a":1,"b":2}', '{"a":1,"c":2}', false],
    ['{"__proto__":1}', '{"__proto__":2}', false],
    ['{"toString":1}', '{}', false],
    ['{}', '{"toString":1}', false],
    ['[]', '{}', false],
    ['{}', '[]', false],
    ['[1,[2]]', '[1,[2]]', true],
    ['[1,[2]]', '[1,[3]]', false],
    ['[1]', '[1,1]', false],
    ['0', '-0', false],
    ['null', '{}', false],
    ['{}', 'null', false],
    ['"1"', '1', false],
  ])('%s and %s: %s', (one, other, expected) => {
    expect(isSameData(parse(one), parse(other))).toBe(expected);
  });

  it('is the same where Node says so', () => {
    const chance = chanceOf(5);
    const counts = { same: 0, other: 0 };
    for (let turn = 0; turn < 5000; turn += 1) {
      const [one, other] = [freezeValue(made(chance, 2)), freezeValue(made(chance, 2))];
      const expected = isDeepStrictEqual(one, other);
      expect(isSameData(one, other)).toBe(expected);
      expect(isSameData(one, parse(JSON.stringify(one)))).toBe(true);
      counts[expected ? 'same' : 'other'] += 1;
    }
    expect(counts.same).toBeGreaterThan(200);
    expect(counts.other).toBeGreaterThan(200);
  });
});

function made(chance: Chance, depth: number): unknown {
  const plain = oneOf<unknown>(chance, ['', 'a', 0, 1, true, null]);
  if (depth === 0 || chance() < 0.3) return plain;
  const items = Array.from({ length: between(chance, 0, 2) }, () => made(chance, depth - 1));
  if (chance() < 0.5) return items;
  return Object.fromEntries(items.map((item) => [oneOf(chance, ['a', 'b']), item]));
}
