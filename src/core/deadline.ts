import type { CancelTimer, Clock } from './time.ts';

/**
 * The limits of one piece of work: its time, and whoever may tell it to stop. `AbortSignal.any` and `AbortSignal.timeout` say the
 * same, but what they make is remembered by a signal that lives long (Node 20 keeps up to 1.3 kB each time); of this nothing is left
 * once it is closed.
 */
export class Deadline {
  /** Aborts when the time is up or the work was told to stop, whichever comes first. */
  readonly signal: AbortSignal;
  readonly #own = new AbortController();
  readonly #outer: AbortSignal;
  readonly #cancel: CancelTimer;
  #isLate = false;

  constructor(clock: Clock, timeoutMs: number, outer: AbortSignal) {
    this.signal = this.#own.signal;
    this.#outer = outer;
    this.#cancel = clock.setTimer(() => {
      this.#isLate = true;
      this.#own.abort(new Error('it took too long'));
    }, timeoutMs);
    outer.addEventListener('abort', this.#stop);
    if (outer.aborted) this.#stop();
  }

  /** Whether the time was up first. */
  get isLate(): boolean {
    return this.#isLate;
  }

  /** Lets go of the timer and of the outer signal. */
  close(): void {
    this.#cancel();
    this.#outer.removeEventListener('abort', this.#stop);
  }

  readonly #stop = (): void => {
    this.#cancel();
    this.#own.abort(this.#outer.reason);
  };
}

/** Resolves when the signal aborts; at once where it has. For a signal that outlives the wait, see {@link orAborted}. */
export function whenAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Waits for `work`, or until the signal aborts; leaves nothing with the signal, which may live long. Rejects as `work` does. */
export async function orAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  let stop: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => (stop = resolve));
  signal.addEventListener('abort', stop);
  try {
    await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
