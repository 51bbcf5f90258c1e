/** A size, and what was measured at it; both above 0. */
export type Point = readonly [size: number, value: number];

/**
 * The slope of the straight line that fits points best on logarithmic axes (least squares): a value that grows as the size to the
 * power of s has the slope s, so 1 is linear. A constant part makes it look flatter; {@link lastSlope} suffers least from that.
 */
export function slopeOf(points: readonly Point[]): number {
  if (points.length < 2 || points.some(([size, value]) => !(size > 0 && value > 0))) {
    throw new Error('a slope needs two points above 0');
  }
  const logs = points.map(([size, value]) => [Math.log(size), Math.log(value)] as const);
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length;
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length;
  const products = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0);
  const squares = logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0);
  if (squares === 0) throw new Error('a slope needs two sizes');
  return products / squares;
}

/** The slope between the two largest sizes. */
export function lastSlope(points: readonly Point[]): number {
  return slopeOf([...points].sort(([one], [other]) => one - other).slice(-2));
}
