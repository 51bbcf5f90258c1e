import type { HeldLock, LockOptions, Locks } from '../../src/catalog/locks.ts';

/** One lock that tests grant and take away; it tells what happened in its order. */
export class ScriptedLocks implements Locks {
  readonly happened: string[];
  readonly wanted: { readonly key: string; readonly options: LockOptions }[] = [];
  /** What was written in the lock's name. */
  readonly written = new Map<string, string>();
  /** Releases wait for this. */
  releasing: Promise<void> = Promise.resolve();
  #grant: (lock: HeldLock) => void = () => undefined;
  #refuse: (error: Error) => void = () => undefined;

  /** `happened` may be shared with what else a test listens to. */
  constructor(happened: string[]) {
    this.happened = happened;
  }

  acquire(key: string, options: LockOptions, signal: AbortSignal): Promise<HeldLock> {
    this.wanted.push({ key, options });
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(signal.reason as Error);
      const settle = (): void => signal.removeEventListener('abort', stop);
      signal.addEventListener('abort', stop, { once: true });
      this.#grant = (lock) => {
        settle();
        resolve(lock);
      };
      this.#refuse = (error) => {
        settle();
        reject(error);
      };
    });
  }

  /** Lets whoever waits have the lock; returns the function that takes it away. */
  grant(fence: number): (reason: string) => void {
    const lost = new AbortController();
    const { key = '' } = this.wanted.at(-1) ?? {};
    this.#grant({
      ...{ key, fence, lost: lost.signal },
      announce: () => Promise.resolve(),
      write: (name, value) => {
        this.written.set(name, value);
        return Promise.resolve();
      },
      release: () => {
        this.happened.push('released');
        return this.releasing;
      },
    });
    return (reason) => lost.abort(new Error(reason));
  }

  /** Fails whoever waits. */
  refuse(error: Error): void {
    this.#refuse(error);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
