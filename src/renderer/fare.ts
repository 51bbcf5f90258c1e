import type { Bus } from '../core/bus.ts';
import { describeError, type AutotmplError } from '../core/errors.ts';
import type { EventMap } from '../core/events.ts';
import type { Logger } from '../core/logger.ts';
import type { Hold } from './guard/guard.ts';

/** How a file stands: `held` is one whose new text was not put in place, since something objects. */
export type FareState = 'waiting' | 'current' | 'failed' | 'held';

/** What holds a file. */
export type Holder = EventMap['target:held']['by'];

/** How one target fares, and saying so: an error is said once, not at every change that does not mend it. */
export class Fare {
  readonly #label: string;
  readonly #hasFile: boolean;
  readonly #bus: Bus;
  readonly #logger: Logger;
  #state: FareState = 'waiting';
  #error: AutotmplError | undefined;
  #holder: Holder | undefined;
  #lastSaid = '';

  constructor(
    target: { readonly label: string; readonly destination?: string },
    { bus, logger }: { readonly bus: Bus; readonly logger: Logger },
  ) {
    this.#label = target.label;
    this.#hasFile = target.destination !== undefined;
    this.#bus = bus;
    this.#logger = logger;
  }

  get state(): FareState {
    return this.#state;
  }

  /** What is wrong; undefined where nothing is. */
  get error(): AutotmplError | undefined {
    return this.#error;
  }

  /** What holds the file; undefined where nothing does. */
  get holder(): Holder | undefined {
    return this.#holder;
  }

  /** What is wrong is said once more, where it is so still. */
  sayAgain(): void {
    this.#lastSaid = '';
  }

  /** Something has to come first. An error that stood still does. */
  wait(): void {
    this.#state = 'waiting';
    this.#holder = undefined;
  }

  /** The file is as it should be. */
  succeed(): void {
    this.#state = 'current';
    this.#error = undefined;
    this.#holder = undefined;
    this.#lastSaid = '';
  }

  /** The template or the write failed. */
  fail(error: AutotmplError, why: { readonly absent?: true } = {}): void {
    this.#state = 'failed';
    this.#error = error;
    this.#holder = undefined;
    this.#bus.emit('target:failed', {
      target: this.#label,
      reason: describeError(error),
      ...why,
    });
    this.#say(error, this.#hasFile ? `; ${this.#label} stays as it was` : '');
  }

  /** The text was not put in place, since something objects. `quietly`: that was said already. */
  hold(by: Holder, error: AutotmplError, { quietly = false } = {}): void {
    this.#holdQuietly(by, error);
    if (quietly) return;
    this.#bus.emit('target:held', { target: this.#label, by, reason: describeError(error) });
    this.#say(error, `; ${this.#label} stays as it was`);
  }

  /** The same, by guards. Data may change at every moment while they object: only what is new about it is said. */
  holdByGuard({ error, fresh, level }: Hold): void {
    this.#holdQuietly('guard', error);
    if (fresh.length === 0) return;
    const reason = describeError(error);
    this.#bus.emit('target:held', { target: this.#label, by: 'guard', guards: fresh, reason });
    this.#say(error, `; ${this.#label} stays as it was`, level);
  }

  #holdQuietly(by: Holder, error: AutotmplError): void {
    this.#state = 'held';
    this.#error = error;
    this.#holder = by;
  }

  #say(error: AutotmplError, kept: string, level: 'error' | 'warn' = 'error'): void {
    const reason = describeError(error);
    if (reason === this.#lastSaid) return;
    this.#lastSaid = reason;
    this.#logger[level](`${reason}${kept}`, { target: this.#label });
  }
}
