import type { CancelTimer, Clock } from '../../core/time.ts';

/**
 * `probe`: whether the agent answers at all. `read`: answered as soon as the agent can. `wait`: a blocking query, which keeps
 * its connection until something happens. `visit`: a read of what is known already, to see whether it is still so.
 */
export type Lane = 'probe' | 'read' | 'wait' | 'visit';

/** Gives a connection back. */
export type Release = () => void;

/** One connection in so many is kept for what does not wait, and would else stand behind queries that wait for a minute. */
const KEPT_SHARE = 10;
/** One for reads, and one for the probe. */
const LEAST_KEPT = 2;
/** An agent next door answers a thousand reads no faster over more connections, and each costs both sides. */
const MAX_READS = 16;
/** Who comes first. */
const LANES = ['probe', 'read', 'wait', 'visit'] as const;

interface Waiter {
  readonly lane: Lane;
  readonly grant: (release: Release | undefined) => void;
}

/**
 * Shares connections, or what can go over them at a time, among any number of questions: first come, first served, reads before waits.
 * Which watches may wait where there are too many is decided by `Places`.
 */
export class Connections {
  readonly #clock: Clock;
  readonly #capacity: () => number;
  #total = 0;
  #limits: Readonly<Record<Lane, number>> = { probe: 1, read: 1, wait: 0, visit: 0 };
  readonly #queues: Readonly<Record<Lane, Set<Waiter>>> = {
    probe: new Set(),
    read: new Set(),
    wait: new Set(),
    visit: new Set(),
  };
  readonly #busy: Record<Lane, number> = { probe: 0, read: 0, wait: 0, visit: 0 };

  /** `capacity` is how many questions there may be at a time; what it says may change. */
  constructor(capacity: () => number, clock: Clock) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** How many queries may wait at the same time; none with fewer than three connections. */
  get forWaits(): number {
    this.#measure();
    return this.#limits.wait;
  }

  /**
   * Resolves with a connection to use, or with undefined when none was free for `patienceMs`; rejects with the signal's
   * reason once it aborts.
   */
  async acquire(
    lane: Lane,
    signal: AbortSignal,
    patienceMs = Number.POSITIVE_INFINITY,
  ): Promise<Release | undefined> {
    signal.throwIfAborted();
    if (this.#mayStart(lane)) return this.#start(lane);
    return new Promise((resolve, reject) => {
      let cancelTimer: CancelTimer = () => undefined;
      const leave = (): void => {
        cancelTimer();
        signal.removeEventListener('abort', abort);
        this.#queues[lane].delete(waiter);
      };
      const waiter: Waiter = {
        lane,
        grant: (release) => {
          leave();
          resolve(release);
        },
      };
      const abort = (): void => {
        leave();
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', abort, { once: true });
      if (Number.isFinite(patienceMs)) {
        cancelTimer = this.#clock.setTimer(() => waiter.grant(undefined), patienceMs);
      }
      this.#queues[lane].add(waiter);
    });
  }

  #measure(): void {
    const total = Math.max(1, this.#capacity());
    if (total === this.#total) return;
    this.#total = total;
    const kept = Math.max(LEAST_KEPT, Math.ceil(total / KEPT_SHARE));
    this.#limits = {
      probe: 1,
      read: MAX_READS,
      wait: Math.max(0, total - kept),
      visit: Math.min(MAX_READS, kept - 1),
    };
  }

  #mayStart(lane: Lane): boolean {
    this.#measure();
    const { probe, read, wait, visit } = this.#busy;
    // The last connection is the probe's: it would learn nothing behind queries that hang.
    const usable = lane === 'probe' ? this.#total : Math.max(1, this.#total - 1);
    if (probe + read + wait + visit >= usable) return false;
    if (this.#busy[lane] >= this.#limits[lane]) return false;
    return lane === 'probe' || lane === 'read' || this.#queues.read.size === 0;
  }

  #start(lane: Lane): Release {
    this.#busy[lane]++;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#busy[lane]--;
      this.#grantNext();
    };
  }

  #grantNext(): void {
    for (const lane of LANES) {
      for (const waiter of this.#queues[lane]) {
        if (!this.#mayStart(lane)) break;
        waiter.grant(this.#start(lane));
      }
    }
  }
}
