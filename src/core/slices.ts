import { setImmediate as nextTurn } from 'node:timers/promises';

/** Nobody else of the program waits much longer: several long works may go by turns. */
const SLICE_MS = 5;

/** Long work on the main thread in slices, between which the rest of the program has its turn. */
export class Slices {
  readonly #signal: AbortSignal | undefined;
  #startedAt = performance.now();

  /** The signal ends the work at its next turn. */
  constructor(signal?: AbortSignal) {
    this.#signal = signal;
  }

  /** Whether it is the turn of others: then {@link turn} is to be awaited. Cheap enough for each piece of work that takes some microseconds. */
  get isOver(): boolean {
    return performance.now() - this.#startedAt >= SLICE_MS;
  }

  /** Gives others their turn. Rejects with the signal's reason once it aborts. */
  async turn(): Promise<void> {
    await nextTurn(undefined, this.#signal && { signal: this.#signal });
    this.#startedAt = performance.now();
  }
}
