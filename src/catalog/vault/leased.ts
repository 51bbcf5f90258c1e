import { formatDuration } from '../../core/duration.ts';
import type { VaultSecret } from '../vault-facts.ts';
import type { VaultDesk } from './desk.ts';
import type { Inquiry, Finding } from './inquiry.ts';
import { untilReadMs, untilRenewalMs, untilThresholdMs } from './lease.ts';
import { readSecret } from './secret.ts';

/** Where a lease is renewed. */
const RENEW_PATH = 'sys/leases/renew';

/** How a secret is asked for when it is not renewed. */
export interface SecretSource {
  readonly label: string;
  /** `null`: there is none. */
  readonly ask: (signal: AbortSignal) => Promise<VaultSecret | null>;
  /** Whether asking again is as good as not asking, or makes something new each time. */
  readonly asking: 'again' | 'once';
  /** When a secret that is not there is asked for again. */
  readonly absentMs: (times: number) => number;
}

/**
 * A secret with its lease: read, renewed for as long as Vault renews it, and read anew when that ends. A login has its lease in
 * its token, which is for whoever uses it to renew.
 */
export class LeasedInquiry implements Inquiry {
  readonly #desk: VaultDesk;
  readonly #source: SecretSource;
  #secret: VaultSecret | null = null;
  /** How long the lease was when it was given; undefined where there is nothing to renew. */
  #renewableMs: number | undefined;
  #absences = 0;

  constructor(desk: VaultDesk, source: SecretSource) {
    this.#desk = desk;
    this.#source = source;
  }

  async next(signal: AbortSignal): Promise<Finding> {
    return (await this.#renew(signal)) ?? this.#read(signal);
  }

  /** Undefined where there is nothing to renew any more. */
  async #renew(signal: AbortSignal): Promise<Finding | undefined> {
    const secret = this.#secret;
    const givenMs = this.#renewableMs;
    if (secret === null || givenMs === undefined) return undefined;
    const { label } = this.#source;
    const { rules, logger } = this.#desk;
    const write = { lease_id: secret.LeaseID, increment: secret.LeaseDuration };
    const { reply, body } = await this.#desk.exchange(
      { label: `renewing ${label}`, path: RENEW_PATH, capability: 'update', write },
      signal,
      (status) => status === 400,
    );
    if (reply.status !== 200) {
      logger.debug(`the lease of ${label} has ended: it is read again`);
      this.#renewableMs = undefined;
      return undefined;
    }
    const renewed = readSecret(body);
    const leaseMs = renewed.LeaseDuration * 1000;
    logger.debug(`renewed the lease of ${label} for ${formatDuration(leaseMs)}`);
    const goesOn = renewed.Renewable && leaseMs >= givenMs / 2;
    if (!goesOn) this.#renewableMs = undefined;
    return {
      value: secret,
      againMs: goesOn ? untilRenewalMs(leaseMs, rules.random) : untilThresholdMs(leaseMs, rules),
    };
  }

  async #read(signal: AbortSignal): Promise<Finding> {
    const { ask, asking, absentMs } = this.#source;
    const { rules, logger } = this.#desk;
    const secret = await ask(signal);
    if (secret === null && asking === 'again') {
      this.#secret = null;
      return { value: null, againMs: absentMs(this.#absences++) };
    }
    this.#absences = 0;
    for (const warning of secret?.Warnings ?? []) {
      logger.warn(`Vault warns about ${this.#source.label}: ${warning}`);
    }
    const isRenewable = secret !== null && secret.Renewable && secret.LeaseID !== '';
    const leaseMs = (secret?.LeaseDuration ?? 0) * 1000;
    this.#renewableMs = isRenewable && leaseMs > 0 ? leaseMs : undefined;
    this.#secret = sameButForRequest(this.#secret, secret);
    return {
      value: this.#secret,
      againMs:
        this.#renewableMs === undefined
          ? untilReadMs(secret, rules, asking)
          : untilRenewalMs(leaseMs, rules.random),
    };
  }
}

/** Each answer has a request ID of its own, which alone is no news. */
function sameButForRequest(before: VaultSecret | null, next: VaultSecret | null) {
  if (before === null || next === null) return next;
  const withSame = { ...next, RequestID: before.RequestID };
  return JSON.stringify(withSame) === JSON.stringify(before) ? before : next;
}
