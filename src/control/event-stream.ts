import type { ServerResponse } from 'node:http';
import type { Bus } from '../core/bus.ts';
import type { Clock } from '../core/time.ts';
import { Refusal } from './answers.ts';
import { EVENT_NAMES } from './event-names.ts';

/** So many may follow at once. */
const MOST_FOLLOWERS = 16;
/** What a reader that is behind may have waiting for it; more is dropped. */
const BEHIND_BYTES = 256 * 1024;
/** A reader that takes nothing for so long, while something waits for it, is gone. */
const STUCK_MS = 60_000;

/**
 * Sends facts to whoever follows them: one JSON object a line, from the moment of asking on. Nothing ever waits for a reader: what
 * a slow one has no room for is dropped, and it is told how many were, as soon as it reads again.
 */
export class EventStream {
  readonly #bus: Bus;
  readonly #clock: Clock;
  readonly #followers = new Map<ServerResponse, () => void>();

  constructor(bus: Bus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  /** How many follow. */
  get followers(): number {
    return this.#followers.size;
  }

  /** Sends facts to `response` until its reader goes away. Throws a Refusal (503) where too many follow. */
  follow(response: ServerResponse): void {
    if (this.#followers.size >= MOST_FOLLOWERS) {
      throw new Refusal(503, `${MOST_FOLLOWERS} follow the events already`);
    }
    response.writeHead(200, {
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-store',
      connection: 'close',
    });
    response.flushHeaders();
    const follower = new Follower(response, this.#clock);
    const silence = EVENT_NAMES.map((name) =>
      this.#bus.on(name, (payload) => follower.tell(name, payload)),
    );
    const end = (): void => {
      for (const stop of silence) stop();
      follower.stop();
      this.#followers.delete(response);
    };
    this.#followers.set(response, end);
    response.on('close', end);
  }

  /** Ends all streams. */
  stop(): void {
    for (const [response, end] of [...this.#followers]) {
      end();
      response.end();
    }
  }
}

class Follower {
  readonly #response: ServerResponse;
  readonly #clock: Clock;
  #dropped = 0;
  #cancelStuck: (() => void) | undefined;

  constructor(response: ServerResponse, clock: Clock) {
    this.#response = response;
    this.#clock = clock;
    response.on('drain', () => this.#drained());
  }

  tell(event: string, payload: Readonly<Record<string, unknown>>): void {
    if (this.#response.writableLength > BEHIND_BYTES) {
      this.#dropped++;
      return;
    }
    this.#write(event, payload);
  }

  stop(): void {
    this.#cancelStuck?.();
    this.#cancelStuck = undefined;
  }

  #drained(): void {
    this.stop();
    if (this.#dropped === 0) return;
    const count = this.#dropped;
    this.#dropped = 0;
    this.#write('events:dropped', { count });
  }

  #write(event: string, payload: Readonly<Record<string, unknown>>): void {
    const time = new Date(this.#clock.timeOfDay()).toISOString();
    const taken = this.#response.write(`${JSON.stringify({ time, event, ...payload })}\n`);
    if (taken) return;
    this.#cancelStuck ??= this.#clock.setTimer(() => this.#response.destroy(), STUCK_MS);
  }
}
