import type { HeldLock } from '../locks.ts';

/** Standing for a lock, now and then: one who may want it no more, whatever is under way. */
export class Standing {
  /** Once we have it. */
  lock: HeldLock | undefined;
  /** Why we never can. */
  failure: Error | undefined;
  readonly #acquire: (signal: AbortSignal) => Promise<HeldLock>;
  readonly #onDecided: () => void;
  #stop: AbortController | undefined;
  #ended: Promise<void> = Promise.resolve();

  /** `onDecided` is called when the lock is ours, or can never be. */
  constructor(acquire: (signal: AbortSignal) => Promise<HeldLock>, onDecided: () => void) {
    this.#acquire = acquire;
    this.#onDecided = onDecided;
  }

  /** Stands for it, unless it does already. */
  begin(): void {
    if (this.#stop !== undefined) return;
    const stop = new AbortController();
    this.#stop = stop;
    this.#ended = this.#wait(stop.signal);
  }

  /** Stands no more; a lock that came meanwhile is given back. */
  async end(): Promise<void> {
    this.#stop?.abort();
    await this.#ended;
    await this.lock?.release();
    this.lock = undefined;
    this.#stop = undefined;
  }

  async #wait(signal: AbortSignal): Promise<void> {
    try {
      this.lock = await this.#acquire(signal);
    } catch (error) {
      if (!signal.aborted) {
        this.failure = error instanceof Error ? error : new Error(String(error));
      }
    }
    if (!signal.aborted) this.#onDecided();
  }
}
