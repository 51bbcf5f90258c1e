import { backoffDelay } from '../core/backoff.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import type { Reload } from './reload.ts';

const RETRY = { baseMs: 1000, capMs: 60_000 };

/** A command that failed and has not succeeded since: the files are newer than what runs. */
export interface OwedReload {
  readonly reload: Reload;
  /** Why it failed last, as a sentence. */
  readonly reason: string;
}

/** Commands that failed, by their labels, each until it succeeds: it is asked for again after a while, later each time. */
export class OwedReloads {
  readonly #clock: Clock;
  readonly #askAgain: (reload: Reload) => void;
  readonly #owed = new Map<string, OwedReload & { attempt: number; cancel: CancelTimer }>();

  /** `askAgain` is called when it is time for the next try. */
  constructor(clock: Clock, askAgain: (reload: Reload) => void) {
    this.#clock = clock;
    this.#askAgain = askAgain;
  }

  /** What is owed, by the commands' labels. */
  get all(): ReadonlyMap<string, OwedReload> {
    return this.#owed;
  }

  /** One failed; says when it is tried again, and how often it has failed. */
  failed(
    key: string,
    reload: Reload,
    reason: string,
  ): { readonly delayMs: number; readonly failures: number } {
    const before = this.#owed.get(key);
    before?.cancel();
    const attempt = (before?.attempt ?? -1) + 1;
    const delayMs = backoffDelay(attempt, RETRY);
    const cancel = this.#clock.setTimer(() => this.#askAgain(reload), delayMs);
    this.#owed.set(key, { reload, reason, attempt, cancel });
    return { delayMs, failures: attempt + 1 };
  }

  /** One is asked for in any case: its next try waits for nothing. Returns what it is owed for. */
  hurry(key: string): Reload | undefined {
    const owed = this.#owed.get(key);
    owed?.cancel();
    return owed?.reload;
  }

  /** One succeeded, or is not wanted any more. */
  drop(key: string): void {
    this.hurry(key);
    this.#owed.delete(key);
  }

  /** Ends its timers; what is owed stays known. */
  stop(): void {
    for (const key of this.#owed.keys()) this.hurry(key);
  }
}
