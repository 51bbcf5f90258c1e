import { describe, expect, it } from 'vitest';

import { mergeSorted } from '../../../src/core/merge-sorted.ts';
import { Slices } from '../../../src/core/slices.ts';
import { between, chanceOf } from '../../support/chance.ts';

const order = (one: readonly number[], other: readonly number[]) => (one[0] ?? 0) - (other[0] ?? 0);

describe('sorted lists', () => {
  it('are one as if all had been sorted together, with equal ones in their order', async () => {
    const chance = chanceOf(5);
    for (let round = 0; round < 50; round += 1) {
      let count = 0;
      const lists = Array.from({ length: between(chance, 0, 9) }, () =>
        Array.from({ length: between(chance, 0, 600) }, () => [between(chance, 0, 50), count++]),
      );
      const expected = lists.flat().sort(order);
      const sorted = lists.map((list) => list.sort(order));
      expect(await mergeSorted(sorted, order, new Slices())).toEqual(expected);
    }
  });

  it('let others have their turn while they are merged', async () => {
    const lists = [0, 1].map((odd) => Array.from({ length: 200_000 }, (_, at) => [2 * at + odd]));
    let turns = 0;
    const slow = (one: readonly number[], other: readonly number[]) => {
      for (let at = 0; at < 20; at += 1) Math.hypot(at, turns);
      return order(one, other);
    };
    const count = () => {
      turns += 1;
      if (turns > 0) setImmediate(count);
    };
    setImmediate(count);
    await mergeSorted(lists, slow, new Slices());
    expect(turns).toBeGreaterThan(2);
    turns = Number.NEGATIVE_INFINITY;
  });
});
