import type { HeldLock, LockOptions, Locks } from '../../catalog/locks.ts';
import type { Clock } from '../../core/time.ts';

/** Whoever stands for one slot waits so long before it stands for the next: mostly the first is free. */
const NEXT_SLOT_MS = 100;

/** One of several locks that is wanted, whichever comes first. */
export interface WantedSlot {
  /** The keys of the locks. */
  readonly keys: readonly string[];
  readonly options: LockOptions;
}

/**
 * Waits until one of the locks is ours. It stands for all of them, one after the other from a random one on, and gives back what it gets beside the first. Rejects with
 * the signal's reason when that aborts, and with an AutotmplError for locks that can never be had. `left` takes what still goes on in the
 * background, which ends soon.
 */
export async function acquireSlot(
  locks: Locks,
  { keys, options }: WantedSlot,
  clock: Clock,
  signal: AbortSignal,
  left: (work: Promise<unknown>) => void,
): Promise<HeldLock> {
  const over = new AbortController();
  const stop = (): void => over.abort(signal.reason);
  signal.addEventListener('abort', stop);
  if (signal.aborted) stop();
  let won: HeldLock | undefined;
  try {
    return await new Promise<HeldLock>((resolve, reject) => {
      const stand = async (key: string, after: number): Promise<void> => {
        if (after > 0) await clock.sleep(after, over.signal);
        over.signal.throwIfAborted();
        const lock = await locks.acquire(key, options, over.signal);
        if (won !== undefined || over.signal.aborted) {
          await lock.release();
          return;
        }
        won = lock;
        resolve(lock);
        over.abort(new Error('another slot is ours'));
      };
      const first = Math.floor(Math.random() * keys.length);
      for (const index of keys.keys()) {
        const key = keys[(first + index) % keys.length] as string;
        left(stand(key, index * NEXT_SLOT_MS).catch(reject));
      }
    });
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort(new Error('no slot is wanted any more'));
  }
}
