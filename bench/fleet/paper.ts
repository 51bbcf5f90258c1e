import type { Load, Way } from './results.ts';

/** What the paper part of the simulation counts with. */
export interface PaperFleet {
  readonly programs: number;
  readonly services: number;
  readonly keys: number;
  readonly waitMs: number;
  readonly changesPerSecond: number;
}

/** Up to a tenth is taken off a wait by the program, up to a sixteenth is added by the agent: half of each, in the mean. */
const MEAN_OF_WAIT = 0.95 * (1 + 1 / 32);
/** An agent asks again for what is in its cache after ten minutes where nothing changes. */
export const CACHE_REFRESH_MS = 600_000;

/** How long a wait of so many milliseconds takes in the mean, where nothing changes. */
export function meanWaitMs(waitMs: number): number {
  return waitMs * MEAN_OF_WAIT;
}

/**
 * Requests a second of a whole fleet to the servers, by the formulae of docs/scale.md; each of the facts changes more often than a wait is long,
 * or never.
 */
export function requestsOnPaper(way: Way, load: Load, fleet: PaperFleet): number {
  const { programs, services, keys, waitMs, changesPerSecond } = fleet;
  if (programs === 0 || way === 'nobody') return 0;
  if (load === 'changes') return programs * changesPerSecond;
  const perMs = 1000 / meanWaitMs(waitMs);
  switch (way) {
    case 'default':
    case 'stale':
      return programs * (services + keys) * perMs;
    case 'cached':
      return programs * (keys * perMs + (services * 1000) / CACHE_REFRESH_MS);
    case 'deduplicate':
      // One asks for all; the others follow what it shares.
      return (services + keys + programs - 1) * perMs;
  }
}
