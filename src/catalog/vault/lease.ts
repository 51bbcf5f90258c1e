import type { VaultSecret } from '../vault-facts.ts';

/** How far the moment is spread around the threshold, so that a fleet does not come at once: 5 % to either side. */
const SPREAD = 0.1;
/** A rotated secret is new only once its time is over. */
const ROTATION_SLACK_MS = 1000;
/** A lease of no length, or one that is about to end, is no reason to ask without pause. */
const SHORTEST_MS = 1000;

/** What decides when a secret is asked about again. */
export interface LeaseRules {
  readonly defaultLeaseMs: number;
  /** From 0 to 1. */
  readonly threshold: number;
  /** Gives [0, 1). */
  readonly random: () => number;
}

/**
 * When a secret is read again that cannot be renewed: at the threshold of its lease, spread by 5 % to either side
 * (consul-template's rule); one that Vault rotates, when its time is over.
 *
 * What has no lease has a default one. A read without a lease may carry a length all the same (KV version 1 says 768 hours): it
 * can only shorten the default, since reading again costs nothing. What was written for (`once`: a login, a signature) is not
 * asked for again before its time.
 */
export function untilReadMs(
  secret: VaultSecret | null,
  rules: LeaseRules,
  how: 'again' | 'once',
): number {
  if (secret === null) return untilThresholdMs(rules.defaultLeaseMs, rules);
  const { Data, LeaseID, LeaseDuration, Auth } = secret;
  const ttl = Number(Data['ttl']);
  if (LeaseID === '' && Data['rotation_period'] !== undefined && ttl >= 0) {
    return ttl * 1000 + ROTATION_SLACK_MS;
  }
  const saidMs = (Auth?.LeaseDuration || LeaseDuration) * 1000;
  const isLeased = LeaseID !== '' || Auth !== null || how === 'once';
  const baseMs =
    saidMs <= 0 ? rules.defaultLeaseMs : isLeased ? saidMs : Math.min(saidMs, rules.defaultLeaseMs);
  return untilThresholdMs(baseMs, rules);
}

/** The threshold of a time, spread. */
export function untilThresholdMs(
  leaseMs: number,
  { threshold, random }: Pick<LeaseRules, 'threshold' | 'random'>,
): number {
  const spread = threshold + (random() - 0.5) * SPREAD;
  const part = spread <= 0 || spread >= 1 ? threshold : spread;
  return Math.max(SHORTEST_MS, leaseMs * part);
}

/** When a lease or token is renewed: between a half and two thirds of it, so that there is time to try again. */
export function untilRenewalMs(leaseMs: number, random: () => number): number {
  return Math.max(SHORTEST_MS, leaseMs * (1 / 2 + random() / 6));
}
