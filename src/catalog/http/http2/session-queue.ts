import type { Session } from './session.ts';

interface Waiter {
  readonly grant: (session: Session | undefined) => void;
  readonly refuse: (error: Error) => void;
}

/**
 * Who wants a stream while no connection has room for it. There are two lines, first come, first served: `waits` says that it is for a question
 * that waits at the server; others come before these.
 */
export class SessionQueue {
  readonly #lines: ReadonlyMap<boolean, Set<Waiter>> = new Map([
    [false, new Set<Waiter>()],
    [true, new Set<Waiter>()],
  ]);

  /** Whether nobody is in it. */
  get isEmpty(): boolean {
    return [...this.#lines.values()].every(({ size }) => size === 0);
  }

  /** Resolves with what is granted; rejects with the error by which it is refused, or with the signal's reason once it aborts. */
  join(waits: boolean, signal: AbortSignal): Promise<Session | undefined> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        signal.removeEventListener('abort', abort);
        this.#lines.get(waits)?.delete(waiter);
      };
      const waiter: Waiter = {
        grant: (granted) => {
          leave();
          resolve(granted);
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const abort = (): void => waiter.refuse(signal.reason as Error);
      signal.addEventListener('abort', abort, { once: true });
      this.#lines.get(waits)?.add(waiter);
    });
  }

  /** Grants a connection to each for whom `find` has one, in turn. */
  grant(find: (waits: boolean) => Session | undefined): void {
    for (const [waits, line] of this.#lines) {
      for (const waiter of line) {
        const session = find(waits);
        // Where there is no room for one, there is none for those behind it: there may be thousands.
        if (session === undefined) break;
        waiter.grant(session);
      }
    }
  }

  /** Grants all of them the same; undefined: a connection of this kind is not to be had. */
  grantAll(session: Session | undefined): void {
    for (const line of this.#lines.values()) for (const waiter of line) waiter.grant(session);
  }

  /** Refuses each for whom there is an error. */
  refuse(errorFor: (waits: boolean) => Error | undefined): void {
    for (const [waits, line] of this.#lines) {
      for (const waiter of line) {
        const error = errorFor(waits);
        if (error !== undefined) waiter.refuse(error);
      }
    }
  }
}
