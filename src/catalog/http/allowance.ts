import type { Socket } from 'node:net';
import type { Clock } from '../../core/time.ts';

/** After a connection that was closed at once, no further one is tried in this time. */
const TRY_AGAIN_MS = 30_000;

/**
 * How many connections there may be: as many as we allow ourselves, or as few as a server grants that closes a further one at once. After a while one more is
 * tried, and where that carries an answer, another.
 */
export class Allowance {
  readonly #clock: Clock;
  /** What has carried an answer, and so is one that the server granted. */
  readonly #granted = new Set<Socket>();
  #max: number;
  /** How many the server grants; undefined as long as it has not turned any away. */
  #most: number | undefined;
  #turnedAwayAt = Number.NEGATIVE_INFINITY;

  constructor(max: number, clock: Clock) {
    this.#max = max;
    this.#clock = clock;
  }

  /** How many connections there may be now. */
  get most(): number {
    if (this.#most === undefined) return this.#max;
    const isOver = this.#clock.now() - this.#turnedAwayAt >= TRY_AGAIN_MS;
    return Math.min(this.#max, this.#most + (isOver ? 1 : 0));
  }

  /** Allows ourselves as many from now on. */
  limit(max: number): void {
    this.#max = max;
  }

  /** Notes that a connection has carried an answer. */
  note(socket: Socket): void {
    if (this.#granted.has(socket)) return;
    this.#granted.add(socket);
    socket.once('close', () => this.#granted.delete(socket));
    if (this.#most === undefined) return;
    const most = Math.max(this.#most, this.#granted.size);
    this.#most = most < this.#max ? most : undefined;
  }

  /** Notes that a new connection was closed at once; false where there is no other that could carry what it should have carried. */
  turnAway(): boolean {
    if (this.#granted.size === 0) return false;
    this.#most = this.#granted.size;
    this.#turnedAwayAt = this.#clock.now();
    return true;
  }
}
