/** How the delay between tries grows. */
export interface BackoffOptions {
  /** Delay before the first retry. */
  readonly baseMs: number;
  /** No delay is longer than this. */
  readonly capMs: number;
}

/**
 * The delay before retry number `attempt` (0 is the first): doubles each time up to the cap, then a
 * random half of it is taken off, so that a fleet which lost its catalog together does not come back
 * together. `random` gives [0, 1).
 */
export function backoffDelay(
  attempt: number,
  options: BackoffOptions,
  random: () => number = Math.random,
): number {
  const grown = Math.min(options.capMs, options.baseMs * 2 ** Math.min(attempt, 30));
  return grown / 2 + (grown / 2) * random();
}
