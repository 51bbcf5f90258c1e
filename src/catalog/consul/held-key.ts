import { backoffDelay } from '../../core/backoff.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { HeldLock, LockOptions } from '../locks.ts';
import type { LockKey } from './lock-key.ts';
import type { Session } from './session.ts';
import { within } from './time-limit.ts';

const RETRY = { baseMs: 1000, capMs: 5000 };
/** Nobody waits longer for the end of a lock: its session ends by itself. */
const RELEASE_WITHIN_MS = 1000;

/** How a key came to be held. */
export interface Holding {
  readonly lockKey: LockKey;
  readonly session: Session;
  readonly fence: number;
  /** Finds another key; undefined for a name that no request can carry. */
  readonly keyOf: (name: string) => LockKey | undefined;
  readonly afterwards: LockOptions['afterwards'];
}

/** A key that a session of ours holds. */
export class HeldKey implements HeldLock {
  readonly fence: number;
  readonly #lockKey: LockKey;
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #keyOf: Holding['keyOf'];
  readonly #afterwards: Holding['afterwards'];
  readonly #onReleased: () => void;
  readonly #released = new AbortController();
  #release: Promise<void> | undefined;

  /** `onReleased` is called when nothing of it is left with Consul. */
  constructor(holding: Holding, clock: Clock, onReleased: () => void) {
    const { lockKey, session, fence } = holding;
    this.#keyOf = holding.keyOf;
    this.#afterwards = holding.afterwards;
    this.#onReleased = onReleased;
    this.#lockKey = lockKey;
    this.#session = session;
    this.fence = fence;
    this.#clock = clock;
    void this.#follow();
  }

  get key(): string {
    return this.#lockKey.name;
  }

  get lost(): AbortSignal {
    return this.#session.lost;
  }

  async announce(value: string): Promise<void> {
    const written = await this.#lockKey.take(this.#session.id, value, this.#over());
    if (written) return;
    throw notOurs(this.key);
  }

  async write(key: string, value: string): Promise<void> {
    const other = this.#keyOf(key);
    if (other === undefined) throw notAKey(key);
    if (!(await other.take(this.#session.id, value, this.#over()))) throw notOurs(key);
  }

  release(): Promise<void> {
    this.#released.abort(new AutotmplError('catalog', `the lock ${this.key} was given back`));
    const stays = this.#afterwards !== 'delete';
    this.#release ??= letGo(stays ? this.#lockKey : undefined, this.#session, this.#clock).then(
      () => this.#onReleased(),
    );
    return this.#release;
  }

  #over(): AbortSignal {
    return AbortSignal.any([this.#released.signal, this.#session.lost]);
  }

  /** Notices at once when the key is not ours any more, whatever became of the session. */
  async #follow(): Promise<void> {
    const over = this.#over();
    for (let attempt = 0; !over.aborted; attempt += 1) {
      try {
        await this.#lockKey.until(({ holder }) => holder !== this.#session.id, over);
        this.#session.lose(notOurs(this.key));
      } catch {
        // Whoever is in trouble here is told by the session, when nothing was heard for too long.
        await this.#clock.sleep(backoffDelay(attempt, RETRY), over);
      }
    }
  }
}

/**
 * Gives a key back and ends the session, in this order: a session that ends with a lock keeps it from everybody for the lock delay. Without a key, what
 * the session has goes with it. Takes a second at the most, and never rejects: both end by themselves.
 */
export async function letGo(
  lockKey: LockKey | undefined,
  session: Session,
  clock: Clock,
): Promise<void> {
  await within(clock, RELEASE_WITHIN_MS, async (late) => {
    await lockKey?.giveBack(session.id, late).catch(() => undefined);
    await session.close(late);
  });
}

/** For a name that no request can carry. */
export function notAKey(name: string): AutotmplError {
  return new AutotmplError('config', `${JSON.stringify(name)} cannot be a lock in Consul`, {
    advice: 'give a key without empty parts, such as service/app/leader',
  });
}

function notOurs(key: string): AutotmplError {
  return new AutotmplError('catalog', `${key} is not ours any more in Consul`);
}
