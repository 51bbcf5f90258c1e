import type { Query } from '../catalog/query.ts';
import type { KeyPair } from '../catalog/values.ts';
import { queryId } from '../catalog/query.ts';
import type { HeldLock, Locks } from '../catalog/locks.ts';
import type { Actor } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import { backoffDelay } from '../core/backoff.ts';
import { Deadline, orAborted, whenAborted } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import type { User, Watcher } from '../watch/watcher.ts';
import type { Fitness } from './fitness.ts';
import type { EventCode } from './happening.ts';
import type { ElectionSettings } from './settings.ts';

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
  /** Whether we may lead; others lead meanwhile. */
  readonly fitness: Fitness;
  /** Resolves when whoever had to be demoted is. */
  readonly demoted: () => Promise<void>;
  /** Called when the role or the leader changed, before it is announced. */
  readonly onRole: (role: Role, leader: string | undefined) => void;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** After a loss, and after a failure that the locks did not mend, the next attempt waits: there is never a busy loop. */
const AGAIN = { baseMs: 1000, capMs: 30_000 };

/**
 * Takes part in an election for as long as it runs: whoever holds the lock leads. We are a follower until the lock is ours, and from
 * the moment when it may not be ours any more. While we are not fit to lead, we neither hold it nor ask for it.
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
    const { watcher, settings, locks, value, logger, clock, fitness } = this.#options;
    watcher.want(this, new Map([[queryId(this.#query), this.#query]]));
    this.#become('follower');
    const { key, ttlMs, lockDelayMs } = settings;
    for (let failures = 0; !signal.aborted;) {
      const term = await fitness.term(signal);
      if (signal.aborted) {
        term.close();
        break;
      }
      try {
        const lock = await locks.acquire(key, { value, ttlMs, lockDelayMs }, term.signal);
        failures = 0;
        await this.#lead(lock, term.signal, signal);
      } catch (error) {
        if (signal.aborted) break;
        if (!term.signal.aborted) {
          failures += 1;
          const why = describeError(error);
          logger.error(`the election for ${key} goes on without us: ${why}`, { key });
        }
      } finally {
        term.close();
      }
      await clock.sleep(backoffDelay(failures, AGAIN), signal);
    }
    watcher.want(this, new Map());
  }

  answerChanged(): void {
    // While we lead, the lock knows better: answers may be of the moment before.
    if (this.#role === 'leader') return;
    const leader = this.#heard();
    if (leader === this.#leader) return;
    this.#leader = leader;
    this.#options.onRole(this.#role, leader);
  }

  /** Who leads as far as the catalog has told; undefined where nobody does, or it is not known. */
  #heard(): string | undefined {
    const answer = this.#options.watcher.answer(queryId(this.#query));
    if (answer?.value === undefined) return undefined;
    const pair = answer.value as KeyPair | null;
    return pair === null || pair.Session === '' ? undefined : pair.Value;
  }

  async #lead(lock: HeldLock, term: AbortSignal, stopping: AbortSignal): Promise<void> {
    const { logger, bus, settings, value } = this.#options;
    const { key } = settings;
    // It was ours too late.
    if (term.aborted) return lock.release();
    logger.info(`elected: we lead ${key}`, { key, fence: lock.fence });
    bus.emit('lock:changed', { key, held: true });
    this.#leader = value;
    this.#become('leader');
    try {
      await Promise.race([whenAborted(term), whenAborted(lock.lost)]);
    } finally {
      const isUnfit = term.aborted && !stopping.aborted && !lock.lost.aborted;
      this.#stepDown(key, isUnfit ? term.reason : lock.lost.reason);
      if (isUnfit) await this.#untilDemoted(stopping);
      // Only now may the next one lead: nobody here does any more.
      await lock.release();
    }
  }

  /** Those who must know first, know first: that the lock was lost, or is given up, comes before all else. `why`: an Error; undefined at a stop. */
  #stepDown(key: string, why: unknown): void {
    const { announce, logger, bus, value, onRole } = this.#options;
    const heard = this.#heard();
    // What was heard last may be ourselves still.
    this.#leader = heard === value ? undefined : heard;
    this.#role = 'follower';
    if (why !== undefined) {
      onRole('follower', this.#leader);
      announce('lost');
      logger.warn(`we do not lead ${key} any more: ${describeError(why)}`, { key });
    }
    bus.emit('lock:changed', { key, held: false });
    this.#become('follower');
  }

  /** Whoever was lost to has the lock delay to demote itself; who gives the lock up takes as much, and no more than it needs. */
  async #untilDemoted(stopping: AbortSignal): Promise<void> {
    const { clock, demoted, settings } = this.#options;
    const limit = new Deadline(clock, settings.lockDelayMs, stopping);
    await orAborted(demoted(), limit.signal);
    limit.close();
  }

  #become(role: Role): void {
    this.#role = role;
    this.#options.onRole(role, this.#leader);
    this.#options.announce(role);
  }
}
