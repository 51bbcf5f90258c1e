import { hostname } from 'node:os';
import { backoffDelay } from '../../core/backoff.ts';
import { AutotmplError, describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { HeldLock, LockOptions, Locks } from '../locks.ts';
import { openAccess, type AgentParts } from './access.ts';
import { Exchange } from './exchange.ts';
import { HeldKey, letGo, notAKey } from './held-key.ts';
import { LockKey, type LockKeyParts } from './lock-key.ts';
import type { ConsulOptions } from './options.ts';
import { CallError, PackageClient } from './package-client.ts';
import { Session } from './session.ts';
import { finishing } from './time-limit.ts';

/** Consul's own limits for a session (https://developer.hashicorp.com/consul/api-docs/session). */
const LEAST_TTL_MS = 10_000;
const MOST_TTL_MS = 86_400_000;
const RETRY = { baseMs: 1000, capMs: 15_000 };
/** Whoever does not want a lock any more waits so long to hear whether it got it. */
const TAKEN_WITHIN_MS = 1000;

interface LockParts extends LockKeyParts {
  readonly logger: Logger;
  /** Locks that were not given back yet. */
  readonly held: Set<HeldLock>;
}

/** Locks by Consul's sessions (https://developer.hashicorp.com/consul/docs/dynamic-app-config/sessions). */
export function createConsulLocks(options: ConsulOptions, agentParts: AgentParts): Locks {
  const { clock, logger } = agentParts;
  const access = openAccess(options, agentParts);
  const client = new PackageClient(options, access.way.client);
  const exchange = new Exchange(options, access.way.client);
  const held = new Set<HeldLock>();
  const parts: LockParts = { client, exchange, clock, logger, held };
  return {
    async acquire(key, lock, signal) {
      const lockKey = LockKey.of(key, parts);
      if (lockKey === undefined) throw notAKey(key);
      checkTtl(lock);
      return new Candidate(lockKey, lock, parts).wait(signal);
    },
    async close() {
      await Promise.all([...held].map((lock) => lock.release()));
      access.close();
    },
  };
}

function checkTtl({ ttlMs }: LockOptions): void {
  if (ttlMs >= LEAST_TTL_MS && ttlMs <= MOST_TTL_MS) return;
  throw new AutotmplError('config', `a lock's ttl of ${ttlMs / 1000} s is not possible in Consul`, {
    advice: 'give 10s to 24h',
  });
}

/** Somebody who waits for one lock. A session is opened only once the lock is free, so that those who wait cost the servers little. */
class Candidate {
  readonly #key: LockKey;
  readonly #lock: LockOptions;
  readonly #parts: LockParts;
  #session: Session | undefined;
  #told = '';

  constructor(key: LockKey, lock: LockOptions, parts: LockParts) {
    this.#key = key;
    this.#lock = lock;
    this.#parts = parts;
  }

  /** Rejects with the signal's reason only. */
  async wait(signal: AbortSignal): Promise<HeldLock> {
    const { clock } = this.#parts;
    try {
      for (let attempt = 0; ;) {
        signal.throwIfAborted();
        try {
          const taken = await this.#try(signal);
          if (taken !== undefined) return taken;
          // Free, and not for us: the delay after a loss, or somebody was faster.
          attempt = 0;
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof AutotmplError)) throw error;
          this.#tell(error);
          attempt = isAboutACheck(error) ? 0 : attempt + 1;
        }
        await clock.sleep(backoffDelay(attempt, RETRY), signal);
      }
    } finally {
      if (this.#session !== undefined) await this.#letGo(this.#session);
    }
  }

  async #try(signal: AbortSignal): Promise<HeldLock | undefined> {
    const { clock, held } = this.#parts;
    const isFree = ({ holder }: { readonly holder: string }): boolean => {
      // Ours it is already where an answer was lost on its way.
      const isForUs = holder === '' || holder === this.#session?.id;
      // That it may be read says little: whoever may not take it never gets it.
      if (!isForUs) this.#lock.onHeard?.(undefined);
      return isForUs;
    };
    await this.#key.until(isFree, signal);
    const session = await this.#openSession(signal);
    const taken = await finishing(clock, TAKEN_WITHIN_MS, signal, (late) =>
      this.#key.take(session.id, this.#lock.value, late),
    );
    this.#lock.onHeard?.(undefined);
    if (!taken) return undefined;
    const { holder, writtenAt } = await this.#key.read(0, signal);
    if (holder !== session.id) return undefined;
    this.#session = undefined;
    const holding = {
      ...{ lockKey: this.#key, session, fence: writtenAt },
      keyOf: (name: string) => LockKey.of(name, this.#parts),
      afterwards: this.#lock.afterwards,
    };
    const lock = new HeldKey(holding, clock, () => held.delete(lock));
    held.add(lock);
    return lock;
  }

  async #letGo(session: Session): Promise<void> {
    const stays = this.#lock.afterwards !== 'delete';
    await letGo(stays ? this.#key : undefined, session, this.#parts.clock);
  }

  async #openSession(signal: AbortSignal): Promise<Session> {
    if (this.#session?.lost.aborted === true) {
      await this.#letGo(this.#session);
      this.#session = undefined;
    }
    const name = `autotmpl ${this.#key.name} ${hostname()} ${process.pid}`;
    this.#session ??= await Session.open(this.#parts, name, this.#lock, signal);
    return this.#session;
  }

  /** Each kind of trouble once: whoever waits for a lock without a right would never know why. */
  #tell(error: AutotmplError): void {
    if (this.#lock.onHeard !== undefined) {
      this.#lock.onHeard(error);
      return;
    }
    const text = describeError(error);
    if (text === this.#told) return;
    this.#told = text;
    this.#parts.logger.warn(`waiting for the lock ${this.#key.name}: ${text}`, {
      key: this.#key.name,
    });
  }
}

/** Consul gives no session while a check that it depends on is critical, or not there yet: that is no trouble, and over in a moment. */
function isAboutACheck(error: AutotmplError): boolean {
  return error instanceof CallError && error.status === 500 && /\bcheck '/i.test(error.message);
}
