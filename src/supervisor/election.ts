import type { KeyPair, Query } from '../catalog/catalog.ts';
import { queryId } from '../catalog/catalog.ts';
import type { HeldLock, Locks } from '../catalog/locks.ts';
import type { Actor } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import type { ElectionSettings, EventCode } from './settings.ts';

/** What an election says of us. */
export type Role = 'leader' | 'follower';

/** What an election works with. */
export interface ElectionOptions {
  readonly settings: ElectionSettings;
  readonly locks: Locks;
  readonly watcher: Watcher;
  /** What others read in the key while we lead. */
  readonly value: string;
  readonly announce: (code: EventCode & ('leader' | 'follower' | 'lost')) => void;
  /** Called when the role or the leader changed, before it is announced. */
  readonly onRole: (role: Role, leader: string | undefined) => void;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** After a failure that no retry mends, and after a loss, the next attempt waits so long: there is never a busy loop. */
const AGAIN_MS = 1000;

/**
 * Takes part in an election for as long as it runs: whoever holds the lock leads. We are a follower until the lock is ours, and from
 * the moment when it may not be ours any more.
 */
export class Election implements Actor, User {
  readonly name = 'election';
  readonly #options: ElectionOptions;
  readonly #query: Query;
  #role: Role = 'follower';
  #leader: string | undefined;

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#query = { kind: 'key', path: options.settings.key };
  }

  /** What we are. */
  get role(): Role {
    return this.#role;
  }

  /** Takes part until told to stop; then gives the lock back. */
  async run(signal: AbortSignal): Promise<void> {
    const { watcher, settings, locks, value, logger, clock } = this.#options;
    watcher.want(this, new Map([[queryId(this.#query), this.#query]]));
    this.#become('follower');
    while (!signal.aborted) {
      try {
        const { key, ttlMs, lockDelayMs } = settings;
        const lock = await locks.acquire(key, { value, ttlMs, lockDelayMs }, signal);
        await this.#lead(lock, signal);
      } catch (error) {
        if (signal.aborted) break;
        logger.error(
          `the election for ${settings.key} goes on without us: ${describeError(error)}`,
        );
      }
      await clock.sleep(AGAIN_MS, signal);
    }
    watcher.want(this, new Map());
  }

  answerChanged(): void {
    const answer = this.#options.watcher.answer(queryId(this.#query));
    if (answer?.state !== 'fresh') return;
    const pair = answer.value as KeyPair | null;
    const leader = pair === null || pair.Session === '' ? undefined : pair.Value;
    if (leader === this.#leader) return;
    this.#leader = leader;
    this.#options.onRole(this.#role, leader);
  }

  async #lead(lock: HeldLock, signal: AbortSignal): Promise<void> {
    const { announce, logger, bus, settings, value } = this.#options;
    const { key } = settings;
    logger.info(`elected: we lead ${key}`, { key, fence: lock.fence });
    bus.emit('lock:changed', { key, held: true });
    this.#leader = value;
    this.#become('leader');
    await either(signal, lock.lost);
    bus.emit('lock:changed', { key, held: false });
    if (lock.lost.aborted) {
      logger.warn(`we do not lead ${key} any more: ${describeError(lock.lost.reason)}`, { key });
      this.#role = 'follower';
      this.#leader = undefined;
      this.#options.onRole('follower', undefined);
      announce('lost');
    }
    this.#become('follower');
    await lock.release();
  }

  #become(role: Role): void {
    this.#role = role;
    this.#options.onRole(role, this.#leader);
    this.#options.announce(role);
  }
}

async function either(...signals: readonly AbortSignal[]): Promise<void> {
  const any = AbortSignal.any([...signals]);
  if (any.aborted) return;
  await new Promise<void>((resolve) => {
    any.addEventListener('abort', () => resolve(), { once: true });
  });
}
