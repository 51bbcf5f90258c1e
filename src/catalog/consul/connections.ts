import type { CancelTimer, Clock } from '../../core/time.ts';

/**
 * `probe`: whether the agent answers at all. `read`: answered as soon as the agent can. `wait`: a blocking query, which keeps
 * its connection until something happens.
 */
export type Lane = 'probe' | 'read' | 'wait';

/** Gives a connection back. */
export type Release = () => void;

/** With more watches than connections, each is visited at least this often. */
export const VISIT_EVERY_MS = 5000;
/** Turns are never shorter: below this the asking costs more than the waiting saves. */
const SHORTEST_TURN_MS = 100;
/** One connection in so many is kept for reads, which would else stand behind queries that wait for a minute. */
const READ_SHARE = 10;
/** An agent next door answers a thousand reads no faster over more connections, and each costs both sides. */
const MAX_READS = 16;
/** Who comes first. */
const LANES = ['probe', 'read', 'wait'] as const;

interface Waiter {
  readonly lane: Lane;
  readonly grant: (release: Release | undefined) => void;
}

/**
 * Shares a fixed number of connections among any number of watches: first come, first served, reads before waits.
 *
 * Where there are more watches than connections they take turns; see {@link Connections.turnMs}.
 */
export class Connections {
  readonly #clock: Clock;
  readonly #total: number;
  readonly #limits: Readonly<Record<Lane, number>>;
  readonly #queues: Readonly<Record<Lane, Set<Waiter>>> = {
    probe: new Set(),
    read: new Set(),
    wait: new Set(),
  };
  readonly #busy: Record<Lane, number> = { probe: 0, read: 0, wait: 0 };
  #watches = 0;

  constructor(maxConnections: number, clock: Clock) {
    this.#clock = clock;
    this.#total = Math.max(1, maxConnections);
    const kept = this.#total === 1 ? 0 : Math.ceil(this.#total / READ_SHARE);
    this.#limits = { probe: 1, read: MAX_READS, wait: this.#total - kept };
  }

  /** Counts one more watch that blocks; the returned function ends this. */
  join(): () => void {
    this.#watches++;
    let joined = true;
    return () => {
      if (joined) this.#watches--;
      joined = false;
    };
  }

  /** How long one blocking query may keep its connection now: as long as it likes while there are enough for all. */
  turnMs(): number {
    if (this.#watches <= this.#limits.wait) return Number.POSITIVE_INFINITY;
    return Math.max(SHORTEST_TURN_MS, (VISIT_EVERY_MS * this.#limits.wait) / this.#watches);
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

  #mayStart(lane: Lane): boolean {
    const { probe, read, wait } = this.#busy;
    // The last connection is the probe's: it would learn nothing behind queries that hang.
    const usable = lane === 'probe' ? this.#total : Math.max(1, this.#total - 1);
    if (probe + read + wait >= usable || this.#busy[lane] >= this.#limits[lane]) return false;
    return lane !== 'wait' || this.#queues.read.size === 0;
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
