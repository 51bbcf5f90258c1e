import type { Logger } from '../core/logger.ts';
import type { Member } from './member.ts';

/** Whether all services are kept out of the catalog for maintenance. Their processes run on. */
export class Maintenance {
  readonly #members: () => readonly Member[];
  readonly #logger: Logger;
  readonly #stopped = new AbortController();
  #on = false;

  constructor(members: () => readonly Member[], logger: Logger) {
    this.#members = members;
    this.#logger = logger;
  }

  /** Whether it is on. */
  get on(): boolean {
    return this.#on;
  }

  /** Begins or ends it; returns whether that is news. */
  set(on: boolean): boolean {
    if (on === this.#on) return false;
    this.#on = on;
    this.#logger.info(
      on ? 'maintenance begins: all services leave the catalog' : 'maintenance ends',
    );
    for (const member of this.#members()) this.applyTo(member);
    return true;
  }

  /** Has somebody follow it who was not there when it began or ended. */
  applyTo({ presence }: Member): void {
    if (this.#on) void presence?.withdraw('maintenance', this.#stopped.signal);
    else presence?.resume('maintenance');
  }

  /** The program stops: nobody waits for the catalog on its account. */
  stop(): void {
    this.#stopped.abort();
  }
}
