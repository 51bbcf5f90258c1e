import { describe, expect, it } from 'vitest';

import { lastSlope, slopeOf, type Point } from '../../../bench/slope.ts';

const SIZES = [100, 300, 1000, 3000, 10_000];
const points = (value: (size: number) => number) => SIZES.map((size): Point => [size, value(size)]);

describe('the slope of growth', () => {
  it('is 1 for what is linear, whatever it is multiplied by, and the power for other growth', () => {
    expect(slopeOf(points((size) => size))).toBeCloseTo(1, 9);
    expect(slopeOf(points((size) => 0.003 * size))).toBeCloseTo(1, 9);
    expect(slopeOf(points((size) => size ** 2))).toBeCloseTo(2, 9);
    expect(slopeOf(points(() => 7))).toBeCloseTo(0, 9);
  });

  it('shows at its end what a constant part hides before', () => {
    const hidden = points((size) => 1e7 + size ** 2);
    expect(slopeOf(hidden)).toBeLessThan(0.7);
    expect(lastSlope(hidden)).toBeGreaterThan(1.4);
    expect(lastSlope([...hidden].reverse())).toBe(lastSlope(hidden));
  });

  it('is none of one size, and none of nothing', () => {
    expect(() => slopeOf([[100, 1]])).toThrow(/two points/);
    expect(() =>
      slopeOf([
        [100, 1],
        [100, 2],
      ]),
    ).toThrow(/two sizes/);
    expect(() =>
      slopeOf([
        [100, 1],
        [200, 0],
      ]),
    ).toThrow(/above 0/);
  });
});
