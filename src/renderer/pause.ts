import type { Needs } from './needs.ts';
import type { QuietPeriod } from './target.ts';

/** One write in the catalog may wake several queries, a moment apart: a target that uses several waits this long for the others. */
const SETTLE = { minMs: 2, maxMs: 2 };
/**
 * While the catalog is in trouble with one of several queries, the others' news are probably the end of it: an agent that comes
 * back, with its data or without, answers all of them in a moment. To render in between would mix two worlds in one file.
 */
const TROUBLED_SETTLE = { minMs: 300, maxMs: 1000 };

/**
 * While an answer is not believed, the others' news may be of the same making: a catalog that began anew is believed query by query, each when it
 * is looked at again. The first that is believed must not make a file of half of the new world.
 */
const DOUBTED_SETTLE = { minMs: 1500, maxMs: 5000 };

/**
 * While a query that a first rendering misses was not heard of at all, the others' answers complete nothing: each would have the template rendered
 * in vain. But what is known may lead to further queries, which are not to wait for the slowest.
 */
const AWAITED_SETTLE = { minMs: 100, maxMs: 300 };

const PERIODS = {
  settle: SETTLE,
  troubled: TROUBLED_SETTLE,
  doubted: DOUBTED_SETTLE,
  awaited: AWAITED_SETTLE,
};

/** Why a rendering that is to come is put off: the target's own quiet period, other queries' news, the end of trouble or of doubt, other queries' first answers. */
export type Pause = 'quiet' | 'settle' | 'troubled' | 'doubted' | 'awaited';

/** For how long: from the last change, and from the first. `quiet` is the target's own period. */
export function periodOf(pause: Pause, quiet: QuietPeriod): QuietPeriod {
  return pause === 'quiet' ? quiet : PERIODS[pause];
}

/** What the news of an answer finds. */
export interface NewsFinds {
  /** Whether the file was never as it should be in this run, or nobody looks at it but at the end. */
  readonly isFirst: boolean;
  readonly quiet: QuietPeriod;
  readonly needs: Pick<Needs, 'areAwaited' | 'areDoubted' | 'areTroubled' | 'size'>;
}

/** What a target waits for before it is rendered with an answer that changed; undefined: for nothing. */
export function pauseFor({ isFirst, quiet, needs }: NewsFinds): Pause | undefined {
  // The first rendering is never held up for calm: there is nothing yet that a flurry of changes could disturb.
  if (isFirst) return needs.areAwaited ? 'awaited' : undefined;
  if (quiet.maxMs > 0) return 'quiet';
  if (needs.areDoubted) return 'doubted';
  if (needs.areTroubled) return 'troubled';
  return needs.size > 1 ? 'settle' : undefined;
}
