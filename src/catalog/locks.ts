/** How a lock is wanted. */
export interface LockOptions {
  /** What others see: who holds it. */
  readonly value: string;
  /** A holder that says nothing for so long loses it. Consul takes 10 s to 24 h, and may take up to twice the time. */
  readonly ttlMs: number;
  /** After a loss (not after a release) nobody gets it for so long: the old holder's time to notice. */
  readonly lockDelayMs: number;
  /** Checks of our own service, by id: while one of them is critical the lock cannot be held. */
  readonly checks?: readonly string[];
  /**
   * Called while it is waited for, each time when something is known of the catalog: with what is wrong, or with undefined where nothing but
   * others keeps it from us.
   * Whoever wants to know says it, too: nothing is logged then.
   */
  readonly onHeard?: (trouble: Error | undefined) => void;
  /** What becomes of the key, and of all that was written in its name: `delete` leaves nothing, also where it is given back. Absent: it stays, and is free. */
  readonly afterwards?: 'stay' | 'delete';
}

/** A lock that is held. */
export interface HeldLock {
  readonly key: string;
  /** Aborts when the lock is not ours any more, or may not be (nothing was heard for the time to live); its reason is an Error for people. */
  readonly lost: AbortSignal;
  /** Grows with each holder: whoever writes elsewhere in the lock's name can be fenced off by it. */
  readonly fence: number;
  /** Changes what others see, while it is held. Rejects with an AutotmplError (`catalog`) where that failed. */
  announce(value: string): Promise<void>;
  /**
   * Writes another key in the lock's name, which a later holder is fenced off from until this one is gone, as this one is from then on. Rejects
   * as {@link announce} does; no longer value than 512 kB is taken.
   */
  write(key: string, value: string): Promise<void>;
  /** Gives it back; the next one gets it at once. Resolves though the catalog is away: the session ends by itself then. */
  release(): Promise<void>;
}

/** Locks that one holder in the whole catalog has: what elections, `autotmpl lock` and rolling reloads stand on. */
export interface Locks {
  /**
   * Waits until the lock is ours; trouble is retried inside, with a capped and jittered delay. Rejects with the signal's reason
   * when it aborts (no session is left then), and with an AutotmplError for options that can never work.
   */
  acquire(key: string, options: LockOptions, signal: AbortSignal): Promise<HeldLock>;
  /** Gives back its connections. Locks that are held are released before. */
  close(): Promise<void>;
}
