import { backoffDelay } from '../../core/backoff.ts';
import type { Trouble } from './trouble.ts';

/** A first failure that may be a blip is asked about again within this time, before anybody is told. */
const BLIP_MS = 50;
const RETRY = { baseMs: 250, capMs: 10_000 };
/** A shorter pause is a busy loop. */
const SHORTEST_MS = 10;
/** A longer pause than this is none that anybody waits for. */
const LONGEST_MS = 86_400_000;
/** More questions are no help to a server that has too many. */
const LIMIT_RETRY = { baseMs: 1000, capMs: 30_000 };

/** How the same is asked again after trouble; what is absent is as we have it. */
export interface RetryRules {
  /** A run that ends by itself gives up after so many more tries; absent: it never does. */
  readonly attempts?: number;
  /** Pause after the first failure that was told, in milliseconds; it doubles with each, and up to half of it is taken off at random. */
  readonly backoffMs?: number;
  /** No pause is longer, in milliseconds; 0: no limit. */
  readonly maxBackoffMs?: number;
}

/** How long to wait before the next try, after so many failures in a row. `random` gives [0, 1). */
export function retryDelayMs(
  { nature }: Pick<Trouble, 'nature'>,
  failures: number,
  random: () => number,
  { backoffMs = RETRY.baseMs, maxBackoffMs = RETRY.capMs }: RetryRules = {},
): number {
  if (nature === 'limit') return backoffDelay(failures - 1, LIMIT_RETRY, random);
  if (isUntold({ nature }, failures)) return BLIP_MS * random();
  const capMs = Math.min(LONGEST_MS, maxBackoffMs || LONGEST_MS);
  const baseMs = Math.max(SHORTEST_MS, backoffMs);
  return backoffDelay(
    Math.max(0, failures - 2),
    { baseMs, capMs: Math.max(baseMs, capMs) },
    random,
  );
}

/** Whether this failure may be over at once, so that nobody is told of it yet. */
export function isUntold({ nature }: Pick<Trouble, 'nature'>, failures: number): boolean {
  return nature === 'blip' && failures === 1;
}
