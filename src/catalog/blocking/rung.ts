import type { CancelTimer, Clock } from '../../core/time.ts';

/** How a watch is to be visited: `anew` with its index forgotten, as the catalog may have begun anew. */
export type Turn = 'visit' | 'anew';

/** A watch that is visited when a bell rings, and not in rounds. */
export interface RungWatch {
  /** What a bell calls it by. */
  readonly name: string;
  /** When it last brought something new. */
  newsAtMs: number;
  /** How it is to be visited; undefined where nothing rang since its last question. */
  due: Turn | undefined;
  /** Since when it is to be visited with all others; undefined where it is not. */
  sweptSinceMs: number | undefined;
  /** Wakes it; undefined while it does not sleep. */
  wake: (() => void) | undefined;
}

/** Visits in a row are begun so far apart. */
const TICK_MS = 10;
/** Who has waited so long for a visit of all goes first in the next, or the last ones would never be reached while one begins before the other is over. */
const LATE_MS = 5000;

/**
 * The watches that are visited when a bell rings. What rings while a watch is asked, or before it sleeps, is kept for it: so each change is
 * followed by a question that was sent after it.
 */
export class Rung {
  readonly #clock: Clock;
  readonly #watches = new Map<string, Set<RungWatch>>();
  #size = 0;
  #isOn = false;
  #visits = 0;
  #queue: RungWatch[] = [];
  #perTick = 0;
  #cancelTick: CancelTimer | undefined;
  /** Called with how many of them have no place to wait at, whenever that may have changed. */
  onCrowd: (unplaced: number) => void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Whether there is a bell; without one everybody is visited in rounds. */
  get isOn(): boolean {
    return this.#isOn;
  }

  /** How many watches there are. */
  get size(): number {
    return this.#size;
  }

  /** How many were woken so far. */
  get visits(): number {
    return this.#visits;
  }

  /** Notes how many of them have no place to wait at. */
  noteCrowd(unplaced: number): void {
    this.onCrowd(unplaced);
  }

  /** Adds a watch. */
  add(name: string): RungWatch {
    const watch: RungWatch = {
      name,
      newsAtMs: Number.NEGATIVE_INFINITY,
      due: undefined,
      sweptSinceMs: undefined,
      wake: undefined,
    };
    const same = this.#watches.get(name);
    if (same === undefined) this.#watches.set(name, new Set([watch]));
    else same.add(watch);
    this.#size++;
    return watch;
  }

  /** Takes a watch out. */
  remove(watch: RungWatch): void {
    const same = this.#watches.get(watch.name);
    if (same?.delete(watch) !== true) return;
    this.#size--;
    if (same.size === 0) this.#watches.delete(watch.name);
  }

  /** Notes that a watch is about to ask; the result is how it is to. */
  asks(watch: RungWatch): Turn {
    const turn = watch.due ?? 'visit';
    watch.due = undefined;
    watch.sweptSinceMs = undefined;
    return turn;
  }

  /** From now on the bell rings for all. */
  turnOn(): void {
    this.#isOn = true;
  }

  /** There is no bell any more: who sleeps wakes, to go its rounds. */
  turnOff(): void {
    this.#isOn = false;
    this.#endSweep();
    for (const watch of this.#all()) watch.wake?.();
  }

  /** Visits those of a name, at once. */
  ring(names: Iterable<string>): void {
    for (const name of names) {
      for (const watch of this.#watches.get(name) ?? []) {
        watch.due ??= 'visit';
        this.wake(watch);
      }
    }
  }

  /** Visits all, those that are late and then those with the latest news first, spread over a time; nobody twice for two sweeps that overlap. */
  sweep(turn: Turn, overMs: number): void {
    const now = this.#clock.now();
    const lateFrom = now - LATE_MS;
    const isLate = ({ sweptSinceMs = now }: RungWatch): boolean => sweptSinceMs <= lateFrom;
    for (const watch of this.#all()) {
      watch.due = watch.due === 'anew' ? 'anew' : turn;
      watch.sweptSinceMs ??= now;
    }
    this.#queue = [...this.#all()]
      .filter(({ wake }) => wake !== undefined)
      .sort((a, b) => Number(isLate(a)) - Number(isLate(b)) || a.newsAtMs - b.newsAtMs);
    const perTick = Math.ceil((this.#queue.length * TICK_MS) / overMs);
    this.#perTick = Math.max(this.#perTick, perTick);
    if (this.#cancelTick === undefined) this.#tick();
  }

  /** Visits one, at once. */
  wake(watch: RungWatch): void {
    if (watch.wake === undefined) return;
    this.#visits++;
    watch.wake();
  }

  /** Resolves when the watch is to be visited, or when there is no bell any more, or when the signal aborts. */
  async untilRung(watch: RungWatch, signal: AbortSignal): Promise<void> {
    if (!this.#isOn || watch.due !== undefined || signal.aborted) return;
    await new Promise<void>((resolve) => {
      watch.wake = () => {
        watch.wake = undefined;
        signal.removeEventListener('abort', wake);
        resolve();
      };
      const { wake } = watch;
      signal.addEventListener('abort', wake, { once: true });
    });
  }

  #tick(): void {
    this.#cancelTick = undefined;
    for (let woken = 0; woken < this.#perTick;) {
      const watch = this.#queue.pop();
      if (watch === undefined) return this.#endSweep();
      if (watch.due === undefined || watch.wake === undefined) continue;
      this.wake(watch);
      woken++;
    }
    this.#cancelTick = this.#clock.setTimer(() => this.#tick(), TICK_MS);
  }

  #endSweep(): void {
    this.#cancelTick?.();
    this.#cancelTick = undefined;
    this.#queue = [];
    this.#perTick = 0;
  }

  *#all(): Iterable<RungWatch> {
    for (const same of this.#watches.values()) yield* same;
  }
}
