import type { Counted } from './census.ts';
import { goneFrom } from './gone.ts';
import { course, goneNames } from './sentences.ts';

/**
 * Objects where more than `most` percent of what was there is gone. Each is told by its id, so that others in the place of all count as
 * all being gone. Where nobody knows what was there, it has nothing to say.
 */
export function judgeMaxRemovedPercent(
  counted: Counted,
  most: number,
  areSecret: boolean,
): string | undefined {
  const { before, now } = counted;
  if (before === undefined || before.size === 0) return undefined;
  const gone = goneFrom(before, now);
  const percent = (100 * gone.size) / before.size;
  if (percent <= most) return undefined;
  const shares = `${tenths(percent)} % removed; at most ${most} % may go at once`;
  return `${course(counted, before)} (${shares})${goneNames(gone, areSecret)}`;
}

/** Rounded to the side that does not hide the excess. */
function tenths(percent: number): number {
  return Math.ceil(percent * 10) / 10;
}
