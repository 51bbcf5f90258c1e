import type { Counted } from './census.ts';
import { goneFrom } from './gone.ts';
import { course, goneNames } from './sentences.ts';

/**
 * Objects where there are fewer than `least`, unless the last file was made of no more and nothing of that is gone: what is there
 * already cannot be kept away by keeping the file.
 */
export function judgeMinInstances(
  counted: Counted,
  least: number,
  areSecret: boolean,
): string | undefined {
  const { before, now } = counted;
  if (now.size >= least) return undefined;
  const gone = before === undefined ? undefined : goneFrom(before, now);
  if (gone?.size === 0) return undefined;
  const asked = `at least ${least} ${least === 1 ? 'is' : 'are'} asked for`;
  return `${course(counted, before)}, and ${asked}${goneNames(gone ?? new Map(), areSecret)}`;
}
