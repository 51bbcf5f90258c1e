import type { HeldLock, Locks } from '../../catalog/locks.ts';
import type { Bus } from '../../core/bus.ts';
import { describeError } from '../../core/errors.ts';
import type { Logger } from '../../core/logger.ts';
import type { Clock } from '../../core/time.ts';
import type { RollingRules } from '../safety.ts';
import { Ask } from './ask.ts';

/** What turns work with. */
export interface TurnsOptions {
  /** What others see of us in a slot. */
  readonly holder: () => string;
  readonly once: boolean;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** A turn that was given; `slot` is absent where the command goes without. */
interface Given {
  readonly rules: RollingRules;
  readonly slot: HeldLock | undefined;
}

/**
 * The turns of commands of which only so many hosts run one at a time. A turn is asked for when a command is next, and held from before it
 * starts until all that follows it has ended. Who waits keeps nobody else from running.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #asks = new Map<string, Ask>();
  readonly #given = new Map<string, Given>();
  /** What goes on in the background, and ends by itself. */
  readonly #left = new Set<Promise<unknown>>();
  #locks: Locks | undefined;
  /** The run under way. */
  #running: Promise<unknown> = Promise.resolve();
  /** Called when a command may have its turn now, or has to ask anew. */
  onChange: () => void = () => undefined;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Takes slots from here from now on; what was there before is closed when nothing holds a slot of it any more. */
  use(locks: Locks | undefined): void {
    const before = this.#locks;
    if (before === locks) return;
    this.withdraw();
    this.#locks = locks;
    if (before !== undefined) this.#keep(this.#running.then(() => before.close()));
    this.onChange();
  }

  /** Whether a command may run now; where it may not yet, its turn is asked for. */
  isOurs(command: string, rules: RollingRules | undefined): boolean {
    if (rules === undefined || this.#locks === undefined) return true;
    const given = this.#given.get(command);
    const isLost = given?.slot?.lost.aborted === true;
    if (given !== undefined && !isLost && isSame(given.rules, rules)) return true;
    this.#giveBack(command);
    const ask = this.#asks.get(command);
    if (ask !== undefined && isSame(ask.rules, rules)) return false;
    ask?.withdraw();
    this.#ask(command, rules, this.#locks);
    return false;
  }

  /** Runs a command in its turn, and gives the turn back when it has ended, in whatever way. */
  async run<Result>(command: string, work: () => Promise<Result>): Promise<Result> {
    const slot = this.#given.get(command)?.slot;
    this.#given.delete(command);
    if (slot === undefined) return work();
    const { bus, logger } = this.#options;
    const onLost = (): void =>
      logger.warn(
        `the slot ${slot.key} was lost while ${command} ran (${describeError(slot.lost.reason)}); it is let finish`,
      );
    slot.lost.addEventListener('abort', onLost);
    if (slot.lost.aborted) onLost();
    const ended = work();
    this.#running = ended
      .catch(() => undefined)
      .then(async () => {
        slot.lost.removeEventListener('abort', onLost);
        await slot.release();
        bus.emit('lock:changed', { key: slot.key, held: false });
      });
    const result = await ended;
    await this.#running;
    return result;
  }

  /** Why a command waits; undefined where it waits for no turn. */
  waitingFor(command: string): string | undefined {
    return this.#asks.get(command)?.reason;
  }

  /** Nobody wants the turn of this command any more. */
  drop(command: string): void {
    this.#asks.get(command)?.withdraw();
    this.#asks.delete(command);
    this.#giveBack(command);
  }

  /** Gives back every turn that was asked for or given and not begun. */
  withdraw(): void {
    for (const command of [...this.#asks.keys(), ...this.#given.keys()]) this.drop(command);
  }

  /** Gives everything back; resolves when nothing of it is left. */
  async close(): Promise<void> {
    this.withdraw();
    await this.#running;
    await Promise.all(this.#left);
    await this.#locks?.close();
    this.#locks = undefined;
  }

  #ask(command: string, rules: RollingRules, locks: Locks): void {
    const { holder, once, clock, logger } = this.#options;
    const ask = new Ask({
      ...{ command, rules, locks, holder: holder(), once, clock, logger },
      onGranted: (slot) => {
        // Withdrawn in this very moment.
        if (this.#asks.get(command) !== ask) return void this.#release(slot);
        this.#asks.delete(command);
        this.#given.set(command, { rules, slot });
        if (slot !== undefined) {
          this.#options.bus.emit('lock:changed', { key: slot.key, held: true });
        }
        this.onChange();
      },
      left: (work) => this.#keep(work),
    });
    this.#asks.set(command, ask);
  }

  #giveBack(command: string): void {
    const given = this.#given.get(command);
    this.#given.delete(command);
    if (given?.slot === undefined) return;
    this.#options.bus.emit('lock:changed', { key: given.slot.key, held: false });
    this.#release(given.slot);
  }

  #release(slot: HeldLock | undefined): void {
    if (slot !== undefined) this.#keep(slot.release());
  }

  #keep(work: Promise<unknown>): void {
    const kept = work
      .catch(() => undefined)
      .finally(() => {
        this.#left.delete(kept);
      });
    this.#left.add(kept);
  }
}

function isSame(one: RollingRules, other: RollingRules): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
