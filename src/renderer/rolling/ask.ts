import type { HeldLock, LockOptions, Locks } from '../../catalog/locks.ts';
import { describeError } from '../../core/errors.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import type { RollingRules } from '../safety.ts';
import { acquireSlot } from './acquire-slot.ts';

/** A holder that is gone has its slot for so long, or up to twice that: the least that Consul grants. */
const TTL_MS = 10_000;
/** Whoever lost its slot lets its command finish, so that keeping others out would only wait for a stranger. */
const LOCK_DELAY_MS = 1;
/** A catalog that was not heard for so long is away. */
const AWAY_AFTER_MS = 5000;
/** Who waits longer says so. */
const SAID_AFTER_MS = 1000;

/** What one command asks for. */
export interface AskOptions {
  /** The command, as people know it. */
  readonly command: string;
  readonly rules: RollingRules;
  readonly locks: Locks;
  /** What others see: who we are. */
  readonly holder: string;
  /** Nothing is waited for that only spreads the load. */
  readonly once: boolean;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Called when it is decided: with the slot, or without one where the catalog is away and the command goes all the same. */
  readonly onGranted: (slot: HeldLock | undefined) => void;
  /** Takes what goes on in the background. */
  readonly left: (work: Promise<unknown>) => void;
}

/** One command that waits for its turn among all hosts. */
export class Ask {
  readonly rules: RollingRules;
  readonly #options: AskOptions;
  readonly #over = new AbortController();
  readonly #timers: CancelTimer[] = [];
  #cancelAway: CancelTimer | undefined;
  /** Why the catalog gives no slot; undefined where others have them all. */
  #trouble: string | undefined;
  #saidTrouble = false;

  constructor(options: AskOptions) {
    this.#options = options;
    this.rules = options.rules;
    options.left(this.#run());
  }

  /** Why the command does not run, for people. */
  get reason(): string {
    const { lock } = this.rules;
    const trouble = this.#trouble === undefined ? '' : `; the catalog gives none: ${this.#trouble}`;
    return `waits for a slot of ${lock}${trouble}`;
  }

  /** It wants no turn any more; what was given at this moment is given back. */
  withdraw(): void {
    this.#end();
    this.#over.abort(new Error('the command is not to run any more'));
  }

  async #run(): Promise<void> {
    const { rules, locks, clock, once, onGranted, left, holder } = this.#options;
    const { signal } = this.#over;
    if (rules.splayMs > 0 && !once) await clock.sleep(rules.splayMs * Math.random(), signal);
    if (signal.aborted) return;
    this.#timers.push(clock.setTimer(() => this.#sayWaiting(), SAID_AFTER_MS));
    this.#countSilence();
    const keys = Array.from({ length: rules.limit }, (_, index) => `${rules.lock}/${index + 1}`);
    const options: LockOptions = {
      ...{ value: holder, ttlMs: TTL_MS, lockDelayMs: LOCK_DELAY_MS },
      onHeard: (trouble) => this.#heard(trouble),
    };
    try {
      const slot = await acquireSlot(locks, { keys, options }, clock, signal, left);
      if (signal.aborted) return void (await slot.release());
      this.#end();
      onGranted(slot);
    } catch (error) {
      this.#end();
      if (signal.aborted) return;
      // A key that can never be a lock: it is said, and the command waits for another config.
      this.#trouble = describeError(error);
      this.#options.logger.error(
        `${this.#options.command} waits for a slot of ${rules.lock}: ${this.#trouble}`,
      );
    }
  }

  #heard(trouble: Error | undefined): void {
    if (this.#over.signal.aborted) return;
    if (trouble !== undefined) {
      this.#trouble = describeError(trouble);
      this.#countSilence();
      return;
    }
    this.#cancelAway?.();
    this.#cancelAway = undefined;
    if (this.#saidTrouble) this.#options.logger.info('the catalog gives slots again');
    this.#trouble = undefined;
    this.#saidTrouble = false;
  }

  #countSilence(): void {
    this.#cancelAway ??= this.#options.clock.setTimer(() => this.#onAway(), AWAY_AFTER_MS);
  }

  #onAway(): void {
    const { command, logger, onGranted, rules } = this.#options;
    this.#trouble ??= 'it was not heard';
    const away = `the catalog gives no slot of ${rules.lock} (${this.#trouble})`;
    if (rules.without === 'go') {
      logger.warn(`${away}: ${command} runs without one`);
      this.withdraw();
      onGranted(undefined);
      return;
    }
    if (this.#saidTrouble) return;
    this.#saidTrouble = true;
    logger.warn(`${away}: ${command} waits for it`, {
      advice: 'with reload.without: go the command would run without one',
    });
  }

  #sayWaiting(): void {
    // Then it is no wait for others, and told as what it is.
    if (this.#trouble !== undefined) return;
    const { command, logger, rules } = this.#options;
    const waited = formatDuration(SAID_AFTER_MS);
    logger.info(
      `${command} waits for a slot of ${rules.lock}, ${rules.limit} at a time: none was free for ${waited}`,
    );
  }

  #end(): void {
    for (const cancel of this.#timers) cancel();
    this.#cancelAway?.();
  }
}
