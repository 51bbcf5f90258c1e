import type { Clock } from '../../core/time.ts';

/** Before the first time, the second, and so on; the last holds from then on. */
const PAUSES_MS = [0, 1000, 5000, 30_000, 120_000, 600_000] as const;
/** Left alone for so long, the file is nobody else's any more. */
const PEACE_MS = 900_000;

/** How often something had to be done about a file, so that two programs which write the same file do not keep the machine busy. */
export class Fight {
  readonly #clock: Clock;
  #count = 0;
  #lastAtMs = 0;
  #startedAtMs = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How often it was done since the file was last left alone. */
  get count(): number {
    if (this.#count > 0 && this.#clock.now() - this.#lastAtMs > PEACE_MS) this.#count = 0;
    return this.#count;
  }

  /** How long this has gone on. */
  get lastsMs(): number {
    return this.count === 0 ? 0 : this.#clock.now() - this.#startedAtMs;
  }

  /** From one time to the next. */
  get pauseMs(): number {
    return PAUSES_MS[Math.min(this.count, PAUSES_MS.length - 1)] as number;
  }

  /** Whether the pause since the last time is over. */
  get isRested(): boolean {
    return this.count === 0 || this.#clock.now() - this.#lastAtMs >= this.pauseMs;
  }

  /** It was done, or tried. */
  note(): void {
    if (this.count === 0) this.#startedAtMs = this.#clock.now();
    this.#count += 1;
    this.#lastAtMs = this.#clock.now();
  }
}
