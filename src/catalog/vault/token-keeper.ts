import { formatDuration } from '../../core/duration.ts';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import { retryDelayMs } from '../http/retry.ts';
import { asNumber, asRecord } from '../http/shapes.ts';
import type { VaultClient } from './client.ts';
import { replyTrouble, saidBy, VaultTrouble } from './failures.ts';
import { untilRenewalMs, untilThresholdMs } from './lease.ts';
import { readSecret } from './secret.ts';

/** What keeping a token works with. */
export interface KeeperParts {
  readonly client: VaultClient;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  /** Called when the token is about to end and another can be had; absent: nothing but a warning can be done. */
  readonly onEnd: (() => void) | undefined;
}

/** What Vault says of a token. */
interface TokenLife {
  /** 0 for a token without end. */
  readonly leaseMs: number;
  readonly renewable: boolean;
}

/** A renewal that gives no more than this part of the one before is among the last. */
const LESSENED = 2 / 3;
/** A token that only a login can follow is followed at this part of its life. */
const END_THRESHOLD = 0.9;

/**
 * Keeps one token alive: looks it up, renews it between a half and two thirds of its life, and says so where that comes to an
 * end, while there is still time.
 */
export class TokenKeeper {
  readonly #token: string;
  readonly #parts: KeeperParts;
  readonly #closed = new AbortController();

  constructor(token: string, parts: KeeperParts) {
    this.#token = token;
    this.#parts = parts;
  }

  /** Runs until the token needs no more, cannot be kept, or `close` is called. Never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#closed;
    const { clock, logger, random } = this.#parts;
    let life = await this.#patiently(() => this.#lookUp());
    while (life !== undefined && life.leaseMs > 0 && !signal.aborted) {
      if (!life.renewable) return this.#end(life);
      await clock.sleep(untilRenewalMs(life.leaseMs, random), signal);
      const before = life.leaseMs;
      life = await this.#patiently(() => this.#renew());
      if (life === undefined || signal.aborted) return;
      logger.debug(`renewed the Vault token for ${formatDuration(life.leaseMs)}`, {
        vault: this.#parts.client.address,
      });
      // Its greatest life is near: each renewal gives less than the one before.
      if (life.leaseMs <= before * LESSENED) return this.#end(life);
    }
  }

  /** Stops. */
  close(): void {
    this.#closed.abort();
  }

  async #end({ leaseMs }: TokenLife): Promise<void> {
    const { clock, logger, random, onEnd, client } = this.#parts;
    const { signal } = this.#closed;
    if (onEnd === undefined) {
      logger.warn(
        `the Vault token ends in ${formatDuration(leaseMs)} and cannot be renewed: give a new one until then`,
        { vault: client.address },
      );
      return;
    }
    await clock.sleep(untilThresholdMs(leaseMs, { threshold: END_THRESHOLD, random }), signal);
    if (!signal.aborted) onEnd();
  }

  /** Tries again where the server is in trouble; undefined where Vault refuses, which is for the next question to tell. */
  async #patiently(ask: () => Promise<TokenLife>): Promise<TokenLife | undefined> {
    const { signal } = this.#closed;
    const { clock, logger, random, client } = this.#parts;
    for (let failures = 1; !signal.aborted; failures++) {
      try {
        return await ask();
      } catch (error) {
        if (signal.aborted) return undefined;
        if (!(error instanceof VaultTrouble)) {
          logger.warn(`the Vault token is not renewed: ${describeError(error)}`, {
            vault: client.address,
          });
          return undefined;
        }
        await clock.sleep(retryDelayMs(error.trouble, failures, random), signal);
      }
    }
    return undefined;
  }

  async #lookUp(): Promise<TokenLife> {
    const body = await this.#ask('auth/token/lookup-self', undefined);
    const data = asRecord(asRecord(body, 'the answer').data, 'the token');
    return {
      leaseMs: asNumber(data.ttl, "the token's TTL") * 1000,
      renewable: data.renewable === true,
    };
  }

  async #renew(): Promise<TokenLife> {
    const { Auth } = readSecret(await this.#ask('auth/token/renew-self', {}));
    return { leaseMs: (Auth?.LeaseDuration ?? 0) * 1000, renewable: Auth?.Renewable ?? false };
  }

  async #ask(path: string, write: unknown): Promise<unknown> {
    const request = { path, token: this.#token, ...(write === undefined ? {} : { write }) };
    const { reply, body } = await this.#parts.client.request(request, this.#closed.signal);
    if (reply.status === 200) return body;
    if (reply.status >= 500 || reply.status === 429 || reply.status === 412) {
      throw new VaultTrouble(replyTrouble(reply, { label: path, path, capability: 'update' }));
    }
    throw new Error(`Vault answers ${path} with ${reply.status} ${saidBy(reply)}`);
  }
}
