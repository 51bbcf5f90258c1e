import type { CancelTimer, Clock } from '../../core/time.ts';
import type { Release } from './connections.ts';

/**
 * Connections on which nobody listens any more, and which the agent still counts: it does not notice that a blocking query was cancelled,
 * until its wait runs out. So they are taken here as well, or watches that come and go would take all that it grants to this address.
 */
export class LateReleases {
  readonly #clock: Clock;
  readonly #timers = new Set<CancelTimer>();
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Gives a connection back at this moment, which may be past. */
  releaseAt(release: Release, endsAtMs: number): void {
    if (this.#isClosed) return;
    const cancel = this.#clock.setTimer(
      () => {
        this.#timers.delete(cancel);
        release();
      },
      Math.max(0, endsAtMs - this.#clock.now()),
    );
    this.#timers.add(cancel);
  }

  /** Nothing is given back any more. */
  close(): void {
    this.#isClosed = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}
