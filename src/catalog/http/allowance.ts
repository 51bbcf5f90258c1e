import type { Socket } from 'node:net';
import type { Clock } from '../../core/time.ts';

/** After a first connection that was closed at once, no further one is tried in this time. */
const TRY_AGAIN_MS = 30_000;
/** The time doubles with each further try that brings nothing, up to this: for a moment, each try takes all that is granted. */
const LONGEST_TRY_AGAIN_MS = 600_000;
/** A try ends after this: longer than a round of visits, where nobody needs a further connection before. */
const TRY_LASTS_MS = 7000;
/** As many more are tried: the last is kept for the question whether the server hangs, and so would be the only one. */
const TRIED = 2;
/** Of what is granted to this address, one in so many is left to others: an operator must find room. */
const LEFT_SHARE = 10;

/**
 * How many connections there may be: as many as we allow ourselves, or, where a server closes a further one at once, most of what it grants. After a while some
 * more than that are tried, and where one carries an answer, others. What was granted tells nothing of a server any more when all of it is closed: it was started again.
 */
export class Allowance {
  readonly #clock: Clock;
  /** What has carried an answer, and so is one that the server granted. */
  readonly #granted = new Set<Socket>();
  #max: number;
  #most: number | undefined;
  /** How long it was from the last try to this one; 0: that brought something. */
  #pauseMs = 0;
  #tryAtMs = 0;

  constructor(max: number, clock: Clock) {
    this.#max = max;
    this.#clock = clock;
  }

  /** How many connections there may be now. */
  get most(): number {
    if (this.#most === undefined) return this.#max;
    const left = Math.floor(this.#most / LEFT_SHARE);
    return Math.min(this.#max, this.#mayTry() ? this.#most + TRIED : this.#most - left);
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
    this.#pauseMs = 0;
    this.#tryAtMs = this.#clock.now();
    if (this.#most >= this.#max) this.#most = undefined;
  }

  /** Notes that a new connection was closed at once; false where there is no other that could carry what it should have carried. */
  turnAway(): boolean {
    if (this.#granted.size === 0) return false;
    // Many that were under way together are one try.
    if (this.#most === undefined || this.#mayTry()) this.#endTry();
    this.#most = this.#granted.size;
    return true;
  }

  #mayTry(): boolean {
    const sinceMs = this.#clock.now() - this.#tryAtMs;
    if (sinceMs >= TRY_LASTS_MS) this.#endTry();
    return sinceMs >= 0 && sinceMs < TRY_LASTS_MS;
  }

  #endTry(): void {
    const pauseMs = this.#pauseMs === 0 ? TRY_AGAIN_MS : this.#pauseMs * 2;
    this.#pauseMs = Math.min(LONGEST_TRY_AGAIN_MS, pauseMs);
    this.#tryAtMs = this.#clock.now() + this.#pauseMs;
  }

  #forget(socket: Socket): void {
    this.#granted.delete(socket);
    if (this.#granted.size > 0) return;
    this.#most = undefined;
    this.#pauseMs = 0;
  }
}
