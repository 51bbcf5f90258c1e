import type { Logger } from '../../core/logger.ts';
import type { CancelTimer, Clock } from '../../core/time.ts';
import { CROWD } from './options.ts';

/** A fleet grows by the day. */
const COUNT_AGAIN_MS = 600_000;
/** A datacenter that is a crowd stays one until it has so much less than that. */
const STAYS_FROM = 0.9;

/** What a census works with. */
export interface CensusParts {
  /** The agent's address, for messages. */
  readonly agent: string;
  /** How many members its datacenter has; undefined where it does not say. */
  readonly count: () => Promise<number | undefined>;
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Knows how many members a datacenter has, roughly and from some minutes ago, and says when it becomes a crowd, or is none any more. */
export class Census {
  readonly #parts: CensusParts;
  #members = 0;
  #told: string | undefined;
  #cancel: CancelTimer | undefined;
  #isOver = false;

  constructor(parts: CensusParts) {
    this.#parts = parts;
  }

  /** 0 as long as it is not known. */
  get members(): number {
    return this.#members;
  }

  /** Counts now, and every ten minutes from now on; to be told again is no harm. */
  begin(): void {
    if (this.#cancel !== undefined) return;
    this.#cancel = () => undefined;
    void this.#count();
  }

  /** Counts no more. */
  close(): void {
    this.#isOver = true;
    this.#cancel?.();
  }

  async #count(): Promise<void> {
    const found = await this.#parts.count();
    if (this.#isOver) return;
    this.#take(found);
    this.#cancel = this.#parts.clock.setTimer(() => void this.#count(), COUNT_AGAIN_MS);
  }

  #take(found: number | undefined): void {
    const { agent, logger } = this.#parts;
    if (found === undefined) {
      // What was known goes on: an agent that is away for a moment has no fewer neighbours.
      if (this.#told !== undefined) return;
      this.#told = 'unknown';
      logger.warn(
        `Consul at ${agent} does not say how many members its datacenter has (agent:read is needed): with consistency auto, the leader is asked`,
        { agent },
      );
      return;
    }
    const isCrowd = found >= (this.#members >= CROWD ? CROWD * STAYS_FROM : CROWD);
    this.#members = isCrowd ? Math.max(found, CROWD) : Math.min(found, CROWD - 1);
    const told = isCrowd ? 'crowd' : 'few';
    if (told === this.#told) return;
    const whom = isCrowd ? 'any server is asked from now on' : 'the leader is asked';
    const line = `the datacenter has ${found.toLocaleString('en-US')} members: with consistency auto, ${whom}`;
    if (isCrowd || this.#told === 'crowd') logger.info(line, { agent, members: found });
    else logger.debug(line, { agent, members: found });
    this.#told = told;
  }
}
