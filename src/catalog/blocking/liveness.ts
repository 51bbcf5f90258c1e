import type { CancelTimer, Clock } from '../../core/time.ts';
import { ExchangeError } from '../http/exchange-error.ts';

/** A silence of this length makes us ask. */
export const PROBE_AFTER_MS = 10_000;

/** What liveness works with. */
export interface LivenessOptions {
  readonly clock: Clock;
  /** Asks the agent something cheap. Rejects with an ExchangeError of `timeout` when it does not answer in time. */
  readonly probe: (signal: AbortSignal) => Promise<void>;
}

/**
 * Notices an agent that hangs while queries wait for it. A blocked query is silent by nature, so only another question tells a
 * quiet agent from a hung one; one for all of them, and only after a silence. TCP keep-alive does not tell: a stopped
 * process's kernel goes on answering it.
 */
export class Liveness {
  readonly #clock: Clock;
  readonly #probe: LivenessOptions['probe'];
  readonly #waiting = new Set<AbortController>();
  readonly #resting = new Set<AbortController>();
  #answeredAt = Number.NEGATIVE_INFINITY;
  #cancelTimer: CancelTimer | undefined;
  #probing: AbortController | undefined;

  constructor({ clock, probe }: LivenessOptions) {
    this.#clock = clock;
    this.#probe = probe;
  }

  /** Notes that the agent said something, whatever it was. */
  answered(): void {
    this.#answeredAt = this.#clock.now();
    for (const controller of this.#resting) controller.abort();
  }

  /** Resolves after `delayMs`, or as soon as the agent says something to anybody, or when the signal aborts. */
  async untilAnswer(delayMs: number, signal: AbortSignal): Promise<void> {
    const controller = new AbortController();
    const wake = (): void => controller.abort();
    if (signal.aborted) return;
    signal.addEventListener('abort', wake, { once: true });
    this.#resting.add(controller);
    await this.#clock.sleep(delayMs, controller.signal);
    this.#resting.delete(controller);
    signal.removeEventListener('abort', wake);
  }

  /**
   * Runs a question, the waiting for its turn included; its signal aborts with an ExchangeError of `hung` when the agent stops answering anything, or
   * with the reason of `signal`.
   */
  async guard<T>(signal: AbortSignal, ask: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#waiting.add(controller);
    if (this.#waiting.size === 1) this.#schedule(PROBE_AFTER_MS);
    try {
      return await ask(controller.signal);
    } finally {
      signal.removeEventListener('abort', abort);
      this.#waiting.delete(controller);
      if (this.#waiting.size === 0) this.#rest();
    }
  }

  #schedule(delayMs: number): void {
    this.#cancelTimer?.();
    this.#cancelTimer = this.#clock.setTimer(() => void this.#check(), delayMs);
  }

  #rest(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#probing?.abort(new ExchangeError('other'));
  }

  async #check(): Promise<void> {
    this.#cancelTimer = undefined;
    const silentMs = this.#clock.now() - this.#answeredAt;
    if (silentMs < PROBE_AFTER_MS) {
      this.#schedule(PROBE_AFTER_MS - silentMs);
      return;
    }
    const probing = new AbortController();
    this.#probing = probing;
    try {
      await this.#probe(probing.signal);
    } catch (error) {
      // Anything but silence is an answer of the machine's: a dead agent resets its connections without our help.
      if (error instanceof ExchangeError && error.failure === 'timeout') this.#giveUp();
    } finally {
      if (this.#probing === probing) this.#probing = undefined;
    }
    if (this.#waiting.size > 0 && this.#cancelTimer === undefined) this.#schedule(PROBE_AFTER_MS);
  }

  #giveUp(): void {
    for (const controller of this.#waiting) controller.abort(new ExchangeError('hung'));
  }
}
