import { formatDuration } from '../../core/duration.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { Allowance } from './change-budget.ts';
import type { Objection } from './objections.ts';

/** More objections than this help nobody at once. */
const MOST_SENTENCES = 3;

/** Whose file it is, and how it is released: a clause. */
export interface WordsFor {
  readonly label: string;
  readonly advice: string;
}

/** What is said when a file is held no more. */
export const RELEASED = {
  data: 'no guard objects any more',
  time: 'its time is up, and what is there now is taken',
  operator: 'an operator takes what is there',
} as const;

/** That guards object, each with what it saw. */
export function refused(
  standing: readonly Objection[],
  holdForMs: number | undefined,
  { advice }: WordsFor,
): AutotmplError {
  const sentences = standing
    .slice(0, MOST_SENTENCES)
    .map(({ guard, sentence }) => `${sentence} [${guard}]`);
  const more = standing.length - MOST_SENTENCES;
  if (more > 0) sentences.push(`and ${more} more`);
  const ends =
    holdForMs === undefined ? '' : `, and holdFor ends it after ${formatDuration(holdForMs)}`;
  return new AutotmplError('guard', sentences.join('; '), { advice: `${advice}${ends}` });
}

/** That a file changed often enough, and when it goes on. */
export function delayed({
  label,
  advice,
  maxChanges: { count, withinMs },
  inMs,
  clock,
}: WordsFor & {
  readonly maxChanges: Allowance;
  readonly inMs: number;
  readonly clock: Clock;
}): AutotmplError {
  const often = count === 1 ? 'once' : `${count} times`;
  const opening = `${new Date(clock.timeOfDay() + inMs).toISOString()}, in ${formatDuration(inMs)}`;
  return new AutotmplError(
    'guard',
    `${label} changed ${often} within ${formatDuration(withinMs)}, as often as maxChanges has it; the newest text is written at ${opening}`,
    { advice },
  );
}
