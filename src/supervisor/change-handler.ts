import { backoffDelay } from '../core/backoff.ts';
import { orAborted } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import { formatDuration } from '../core/duration.ts';
import type { Logger } from '../core/logger.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import type { ChangeAction, ChangeSettings } from './settings.ts';

const RETRY = { baseMs: 1000, capMs: 30_000 };

/** What a handler works with. */
export interface ChangeHandlerOptions {
  readonly name: string;
  readonly settings: ChangeSettings;
  /** Does it; rejects where that failed, with an error for people. */
  readonly perform: (action: ChangeAction, signal: AbortSignal) => Promise<void>;
  /** Waits until whoever is told can take it. */
  readonly ready: (action: ChangeAction) => Promise<void>;
  /** Waits for its turn among the actions of its group; what it returns ends the turn. */
  readonly turn: (group: string | undefined, signal: AbortSignal) => Promise<() => void>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Gives [0, 1). */
  readonly random?: () => number;
}

/**
 * Reacts to changes by level, not by edge: whatever comes while the action runs, or waits for its turn, is covered by one more run.
 * An action that fails is tried again, with a growing delay, until it succeeds or the next change comes.
 */
export class ChangeHandler {
  readonly #options: ChangeHandlerOptions;
  readonly #stopping = new AbortController();
  #dirty = false;
  #held = true;
  #running: Promise<void> | undefined;
  #attempt = 0;
  #cancelRetry: CancelTimer = () => undefined;

  constructor(options: ChangeHandlerOptions) {
    this.#options = options;
  }

  /** Something changed. */
  changed(): void {
    this.#dirty = true;
    this.#attempt = 0;
    this.#work();
  }

  /** Does nothing until `release`: who would be told does not run yet, or is in maintenance. */
  hold(): void {
    this.#held = true;
  }

  /** Goes on, and covers what changed meanwhile. */
  release(): void {
    this.#held = false;
    this.#work();
  }

  /** Ends what is under way; resolves when it has ended. */
  async stop(): Promise<void> {
    this.#dirty = false;
    this.#held = true;
    this.#cancelRetry();
    this.#stopping.abort();
    await this.#running;
  }

  #work(): void {
    if (!this.#dirty || this.#held || this.#running !== undefined) return;
    this.#cancelRetry();
    this.#running = this.#run().finally(() => {
      this.#running = undefined;
      this.#work();
    });
  }

  async #run(): Promise<void> {
    const { settings, perform, ready, turn } = this.#options;
    const { signal } = this.#stopping;
    await this.#splay();
    // Before the turn: others of the group need not wait for it, too.
    await orAborted(ready(settings.action), signal);
    if (signal.aborted) return;
    const endTurn = await turn(settings.group, signal);
    try {
      if (signal.aborted) return;
      // Covered from here on: what comes later is news.
      this.#dirty = false;
      await perform(settings.action, signal);
      this.#attempt = 0;
    } catch (error) {
      if (!signal.aborted) this.#failed(error);
    } finally {
      endTurn();
    }
  }

  async #splay(): Promise<void> {
    const { settings, clock, random = Math.random } = this.#options;
    const { splayMs = 0 } = settings;
    if (splayMs > 0) await clock.sleep(splayMs * random(), this.#stopping.signal);
  }

  #failed(error: unknown): void {
    const { name, logger, clock } = this.#options;
    const delayMs = backoffDelay(this.#attempt, RETRY);
    this.#attempt += 1;
    logger.error(
      `onChange of ${name} failed: ${describeError(error)}; it is tried again in ${formatDuration(delayMs)}`,
      { watch: name },
    );
    this.#cancelRetry = clock.setTimer(() => {
      this.#dirty = true;
      this.#work();
    }, delayMs);
  }
}

/** Lets actions of one group run one after the other; those without a group need not wait. */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Waits for the turn; what it returns ends it. Never rejects: whoever is told to stop meanwhile has to look. */
  async wait(group: string | undefined, signal: AbortSignal): Promise<() => void> {
    if (group === undefined) return () => undefined;
    const before = this.#last.get(group) ?? Promise.resolve();
    let end: () => void = () => undefined;
    const own = new Promise<void>((resolve) => (end = resolve));
    const chain = before.then(() => own);
    this.#last.set(group, chain);
    void chain.then(() => {
      if (this.#last.get(group) === chain) this.#last.delete(group);
    });
    await orAborted(before, signal);
    return end;
  }
}
