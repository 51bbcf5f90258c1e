import type { Bus } from '../core/bus.ts';
import type { CancelTimer, Clock } from '../core/time.ts';

/** After a start commands run and watches begin to wait: what they leave is collected with the rest. */
const CALM_MS = 5000;
/** A file may be waited for without end. */
const LATEST_MS = 60_000;

/** What thrift works with. */
export interface ThriftParts {
  readonly bus: Bus;
  readonly clock: Clock;
  /** Gives back memory, and uses little from then on. */
  readonly save: () => void;
}

/** Has memory saved when a start is over, and after each later one, as a reload is: it leaves as much behind. */
export class Thrift {
  readonly #clock: Clock;
  readonly #save: () => void;
  readonly #listening: readonly (() => void)[];
  #cancel: CancelTimer = () => undefined;

  constructor({ bus, clock, save }: ThriftParts) {
    this.#clock = clock;
    this.#save = save;
    this.#listening = [
      bus.on('config:adopted', () => this.#saveAfter(LATEST_MS)),
      bus.on('renderer:ready', () => this.#saveAfter(CALM_MS)),
    ];
  }

  /** Leaves no timer and no listener. */
  stop(): void {
    this.#cancel();
    for (const end of this.#listening) end();
  }

  #saveAfter(delayMs: number): void {
    this.#cancel();
    this.#cancel = this.#clock.setTimer(this.#save, delayMs);
  }
}
