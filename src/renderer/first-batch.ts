import type { CancelTimer, Clock } from '../core/time.ts';
import type { Reload } from './reload.ts';

/** Its commands wait for the slowest first answer, but no longer than this. */
const FIRST_BATCH_MS = 2000;

/**
 * Gathers the commands of the start: answers trickle in then, and a command that many targets share shall not run for each of them. Once it is closed,
 * commands pass at once.
 */
export class FirstBatch {
  readonly #enqueue: (reloads: readonly Reload[]) => void;
  /** Undefined once it is closed. */
  #gathered: Reload[] | undefined = [];
  #cancel: CancelTimer = () => undefined;

  constructor(enqueue: (reloads: readonly Reload[]) => void) {
    this.#enqueue = enqueue;
  }

  /** Whether commands still wait for others. */
  get isOpen(): boolean {
    return this.#gathered !== undefined;
  }

  /** Its time begins. */
  begin(clock: Clock): void {
    this.#cancel = clock.setTimer(() => this.close(), FIRST_BATCH_MS);
  }

  /** Takes commands; `isComplete` says whether all files of the start are there with them. */
  add(reloads: readonly Reload[], isComplete: () => boolean): void {
    if (this.#gathered === undefined) {
      this.#enqueue(reloads);
      return;
    }
    this.#gathered.push(...reloads);
    if (isComplete()) this.close();
  }

  /** Nothing waits any more. */
  close(): void {
    this.stop();
    const gathered = this.#gathered;
    this.#gathered = undefined;
    if (gathered !== undefined) this.#enqueue(gathered);
  }

  /** Ends its timer. */
  stop(): void {
    this.#cancel();
  }
}
