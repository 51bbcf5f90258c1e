import { backoffDelay } from '../../core/backoff.ts';
import type { Trouble } from './trouble.ts';

/** A first failure that may be a blip is asked about again within this time, before anybody is told. */
const BLIP_MS = 50;
const RETRY = { baseMs: 250, capMs: 10_000 };
/** More questions are no help to a server that has too many. */
const LIMIT_RETRY = { baseMs: 1000, capMs: 30_000 };

/** How long to wait before the next try, after so many failures in a row. `random` gives [0, 1). */
export function retryDelayMs(
  { nature }: Pick<Trouble, 'nature'>,
  failures: number,
  random: () => number,
): number {
  if (nature === 'limit') return backoffDelay(failures - 1, LIMIT_RETRY, random);
  if (isUntold({ nature }, failures)) return BLIP_MS * random();
  return backoffDelay(Math.max(0, failures - 2), RETRY, random);
}

/** Whether this failure may be over at once, so that nobody is told of it yet. */
export function isUntold({ nature }: Pick<Trouble, 'nature'>, failures: number): boolean {
  return nature === 'blip' && failures === 1;
}
