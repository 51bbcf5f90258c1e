/** Ends the timer that it was given for. Calling it twice, or after the timer fired, does nothing. */
export type CancelTimer = () => void;

/** The only way our parts learn the time or wait for it; tests pass one that they move by hand. */
export interface Clock {
  /**
   * Milliseconds since the epoch by the time of day at which the program started: what passes since then is measured, so that
   * nothing waits for an hour because somebody sets the clock back by one. For how long something takes, and when something is due.
   */
  now(): number;
  /** The time of day, in milliseconds since the epoch; it may jump. For what people read, and for what others wrote. */
  timeOfDay(): number;
  /** Calls back once after `delayMs`. */
  setTimer(callback: () => void, delayMs: number): CancelTimer;
  /** Resolves after `delayMs`, or at once when the signal aborts. Never rejects. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** A clock's `sleep`, made of its `setTimer`: resolves after `delayMs`, or at once when the signal aborts, and leaves nothing with either. */
export function sleepBy(
  clock: Pick<Clock, 'setTimer'>,
  delayMs: number,
  signal?: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) return resolve();
    const end = (): void => {
      cancel();
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const cancel = clock.setTimer(end, delayMs);
    signal?.addEventListener('abort', end);
  });
}

/** The longest that Node's timers can wait, 25 days; beyond it they fire at once, over and over. */
const LONGEST_MS = 2 ** 31 - 1;

/** When the program started, by the time of day as it was then. */
const STARTED_AT_MS = Date.now() - process.uptime() * 1000;

/** The machine's clock. What is to come later than in 25 days, comes in 25 days. */
export const systemClock: Clock = {
  // As steady as `performance.now`, which loads ten of Node's modules when it is first used.
  now: () => Math.floor(STARTED_AT_MS + process.uptime() * 1000),
  timeOfDay: () => Date.now(),
  setTimer(callback, delayMs) {
    const timer = setTimeout(callback, Math.min(delayMs, LONGEST_MS));
    return () => clearTimeout(timer);
  },
  // Node's own makes an error for each that is cut short; a run that ends aborts thousands of them.
  sleep: (delayMs, signal) => sleepBy(systemClock, delayMs, signal),
};
