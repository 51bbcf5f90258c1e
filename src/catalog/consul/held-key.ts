import { backoffDelay } from '../../core/backoff.ts';
import { AutotmplError } from '../../core/errors.ts';
import type { Clock } from '../../core/time.ts';
import type { HeldLock } from '../locks.ts';
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
}

/** A key that a session of ours holds. */
export class HeldKey implements HeldLock {
  readonly fence: number;
  readonly #lockKey: LockKey;
  readonly #session: Session;
  readonly #clock: Clock;
  readonly #onReleased: () => void;
  readonly #released = new AbortController();
  #release: Promise<void> | undefined;

  /** `onReleased` is called when nothing of it is left with Consul. */
  constructor({ lockKey, session, fence }: Holding, clock: Clock, onReleased: () => void) {
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

  release(): Promise<void> {
    this.#released.abort(new AutotmplError('catalog', `the lock ${this.key} was given back`));
    this.#release ??= letGo(this.#lockKey, this.#session, this.#clock).then(() =>
      this.#onReleased(),
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
 * Gives a key back and ends the session, in this order: a session that ends with a lock keeps it from everybody for the lock delay.
 * Takes a second at the most, and never rejects: both end by themselves.
 */
export async function letGo(lockKey: LockKey, session: Session, clock: Clock): Promise<void> {
  await within(clock, RELEASE_WITHIN_MS, async (late) => {
    await lockKey.giveBack(session.id, late).catch(() => undefined);
    await session.close(late);
  });
}

function notOurs(key: string): AutotmplError {
  return new AutotmplError('catalog', `${key} is not ours any more in Consul`);
}
