import { backoffDelay } from '../core/backoff.ts';
import { formatDuration } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import type { CancelTimer, Clock } from '../core/time.ts';

const RETRY = { baseMs: 1000, capMs: 30_000 };

/** Has a file that could not be written tried again: the disk may have room again, and no change in the catalog would tell. */
export class WriteRetry {
  readonly #label: string;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #again: () => void;
  #attempt = 0;
  #cancel: CancelTimer | undefined;

  constructor(
    label: string,
    { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
    again: () => void,
  ) {
    this.#label = label;
    this.#clock = clock;
    this.#logger = logger;
    this.#again = again;
  }

  /** It is tried again after a delay that grows with each failure. Said aloud once: from then on the error that changes is what counts. */
  failed(): void {
    const delayMs = backoffDelay(this.#attempt, RETRY);
    this.#attempt += 1;
    this.#cancel?.();
    this.#cancel = this.#clock.setTimer(this.#again, delayMs);
    const sentence = `writing ${this.#label} is tried again in ${formatDuration(delayMs)}`;
    if (this.#attempt === 1) this.#logger.warn(sentence, { target: this.#label });
    else this.#logger.debug(sentence, { target: this.#label });
  }

  /** The next failure is a new one. */
  succeeded(): void {
    this.#attempt = 0;
  }

  /** It is not tried again by itself: it is about to be, or nobody wants it any more. */
  cancel(): void {
    this.#cancel?.();
  }
}
