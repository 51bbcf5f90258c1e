import type { Clock } from '../core/time.ts';

/**
 * Places for work that is done side by side, in the order in which it came. What takes longer than it may goes on, but its place is free for the next: it must not keep the
 * others from being done.
 */
export class Places {
  readonly #longestMs: number;
  readonly #clock: Clock;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(
    { sideBySide, longestMs }: { readonly sideBySide: number; readonly longestMs: number },
    clock: Clock,
  ) {
    this.#free = sideBySide;
    this.#longestMs = longestMs;
    this.#clock = clock;
  }

  /** Does the work when there is a place. Passes on what it returns or throws. */
  async within<Result>(work: () => Promise<Result>): Promise<Result> {
    await this.#take();
    let isOurs = true;
    const giveBack = (): void => {
      if (isOurs) this.#give();
      isOurs = false;
    };
    const cancel = this.#clock.setTimer(giveBack, this.#longestMs);
    try {
      return await work();
    } finally {
      cancel();
      giveBack();
    }
  }

  async #take(): Promise<void> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #give(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
