import type { CancelTimer, Clock } from '../../core/time.ts';

/**
 * `probe`: whether the agent answers at all. `own`: about what is ours there, a registration, a check, a session, and answered at once.
 * `read`: answered as soon as the agent can. `lock`: a blocking query on a lock. `wait`: any other blocking query, which keeps its connection until
 * something happens. `visit`: a read of what is known already, to see whether it is still so.
 */
export type Lane = 'probe' | 'own' | 'read' | 'lock' | 'wait' | 'visit';

/** Gives a connection back. */
export type Release = () => void;

/** One connection in so many is kept for what does not wait, and would else stand behind queries that wait for a minute. */
const KEPT_SHARE = 10;
/** One for reads, and one for the probe. */
const LEAST_KEPT = 2;
/** An agent next door answers a thousand reads no faster over more connections, and each costs both sides. */
const MAX_READS = 16;
/** So many at the most are kept for what is ours, of those that there are one in so many. */
const MAX_OWN_KEPT = 4;
/** Who comes first. */
const LANES = ['probe', 'own', 'read', 'lock', 'wait', 'visit'] as const;

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
  #hasOwn = false;
  #keptForOwn = 0;
  #limits: Readonly<Record<Lane, number>> = forAll(0);
  readonly #queues: Readonly<Record<Lane, Set<Waiter>>> = {
    probe: new Set(),
    own: new Set(),
    read: new Set(),
    lock: new Set(),
    wait: new Set(),
    visit: new Set(),
  };
  readonly #busy: Record<Lane, number> = forAll(0);

  /** `capacity` is how many questions there may be at a time; what it says may change. */
  constructor(capacity: () => number, clock: Clock) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  /** How many queries may wait at the same time, beside those on locks; none with fewer than three connections. */
  get forWaits(): number {
    this.#measure();
    const onLocks = Math.min(this.#limits.lock, this.#busy.lock + this.#queues.lock.size);
    return this.#limits.wait - onLocks;
  }

  /** From now on some are kept for what is ours: a check must not be late because queries wait. */
  keepForOwn(): void {
    this.#hasOwn = true;
    this.#total = 0;
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
    const own = this.#hasOwn ? Math.min(MAX_OWN_KEPT, Math.floor(total / KEPT_SHARE)) : 0;
    const wait = Math.max(0, total - kept - own);
    this.#keptForOwn = own;
    this.#limits = {
      probe: 1,
      own: total,
      read: MAX_READS,
      lock: Math.floor(wait / 2),
      wait,
      visit: Math.min(MAX_READS, kept - 1),
    };
  }

  #mayStart(lane: Lane): boolean {
    this.#measure();
    const { probe, own, read, lock, wait, visit } = this.#busy;
    const others = read + lock + wait + visit;
    // The last connection is the probe's, which would learn nothing behind queries that hang; and what is ours is not late because there are fewer than there were.
    const mayTakeLast = lane === 'probe' || (lane === 'own' && others >= this.#total - 1);
    const usable = mayTakeLast ? this.#total : Math.max(1, this.#total - 1);
    if (probe + own + others >= usable || this.#busy[lane] >= this.#limits[lane]) return false;
    if (lane === 'probe' || lane === 'own') return true;
    if (others >= usable - this.#keptForOwn) return false;
    if (lane === 'read') return true;
    if (lane !== 'visit' && lock + wait >= this.#limits.wait) return false;
    return this.#queues.read.size === 0;
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

function forAll(count: number): Record<Lane, number> {
  return { probe: count, own: count, read: count, lock: count, wait: count, visit: count };
}
