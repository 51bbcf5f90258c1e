import type { Socket } from 'node:net';
import type { Clock } from '../../core/time.ts';

/** After a first connection that was closed at once, no further one is tried in this time; a server that ends closes new ones too. */
const TRY_AGAIN_MS = 1000;
/** The time doubles with each further try that is closed at once, up to this: for a moment, each try takes all that is granted. */
const LONGEST_TRY_AGAIN_MS = 600_000;
/** Of what is granted to this address, one in so many is left to others: an operator must find room. */
const LEFT_SHARE = 10;

/**
 * How many connections there may be: as many as we allow ourselves, or, where a server closes a further one at once, most of what it grants. After a while one
 * more than that is tried, and where it carries an answer, another. What was granted tells nothing of a server any more when all of it is closed: it was started again.
 */
export class Allowance {
  readonly #clock: Clock;
  /** What has carried an answer, and so is one that the server granted. */
  readonly #granted = new Set<Socket>();
  #max: number;
  #most: number | undefined;
  #turnedAwayAt = Number.NEGATIVE_INFINITY;
  /** Tries that were turned away one after the other. */
  #tries = 0;

  constructor(max: number, clock: Clock) {
    this.#max = max;
    this.#clock = clock;
  }

  /** How many connections there may be now. */
  get most(): number {
    if (this.#most === undefined) return this.#max;
    const left = Math.floor(this.#most / LEFT_SHARE);
    return Math.min(this.#max, this.#mayTry() ? this.#most + 1 : this.#most - left);
  }

  /** How many the server grants; undefined as long as it has not turned any away. */
  get granted(): number | undefined {
    return this.#most;
  }

  /** Allows ourselves as many from now on. */
  limit(max: number): void {
    this.#max = max;
  }

  /** Notes that a connection has carried an answer. */
  note(socket: Socket): void {
    if (this.#granted.has(socket)) return;
    this.#granted.add(socket);
    socket.once('close', () => this.#forget(socket));
    if (this.#most === undefined || this.#granted.size <= this.#most) return;
    this.#most = this.#granted.size;
    this.#tries = 0;
    if (this.#most >= this.#max) this.#most = undefined;
  }

  /** Notes that a new connection was closed at once; false where there is no other that could carry what it should have carried. */
  turnAway(): boolean {
    if (this.#granted.size === 0) return false;
    // Many that were under way together are one try.
    if (this.#tries === 0 || this.#mayTry()) this.#tries += 1;
    this.#most = this.#granted.size;
    this.#turnedAwayAt = this.#clock.now();
    return true;
  }

  #mayTry(): boolean {
    const pauseMs = Math.min(LONGEST_TRY_AGAIN_MS, TRY_AGAIN_MS * 2 ** (this.#tries - 1));
    return this.#clock.now() - this.#turnedAwayAt >= pauseMs;
  }

  #forget(socket: Socket): void {
    this.#granted.delete(socket);
    if (this.#granted.size > 0) return;
    this.#most = undefined;
    this.#tries = 0;
  }
}
