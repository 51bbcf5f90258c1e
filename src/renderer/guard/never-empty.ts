import type { Counted } from './census.ts';
import { course, goneNames } from './sentences.ts';

/** Objects where there is nothing, unless the last file was made of nothing, too. */
export function judgeNeverEmpty(counted: Counted, areSecret: boolean): string | undefined {
  const { before, now } = counted;
  if (now.size > 0 || before?.size === 0) return undefined;
  return `${course(counted, before)}, and must never be empty${goneNames(before ?? new Map(), areSecret)}`;
}
