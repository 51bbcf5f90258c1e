import type { Happenings } from './happenings.ts';
import type { JobStart } from './settings.ts';

/** Listens for the event that a job waits for. */
export class JobTrigger {
  readonly #when: JobStart;
  readonly #happenings: Happenings;
  readonly #onEvent: () => void;
  #stopListening: () => void = () => undefined;

  constructor(when: JobStart, happenings: Happenings, onEvent: () => void) {
    this.#when = when;
    this.#happenings = happenings;
    this.#onEvent = onEvent;
  }

  /** Listens from now on. What holds already counts as an event: nobody would announce it again. */
  listen(): void {
    const when = this.#when;
    if (when.kind !== 'event') return;
    const happen = (): void => {
      if (when.mode === 'once') this.end();
      this.#onEvent();
    };
    this.#stopListening = this.#happenings.on(when.source, when.code, happen);
    if (this.#happenings.holds(when.source, when.code)) happen();
  }

  /** A job that was stopped is started again by somebody: what it waits for again and again starts it as before. */
  listenAgain(): void {
    const when = this.#when;
    if (when.kind !== 'event' || when.mode === 'once') return;
    this.end();
    this.#stopListening = this.#happenings.on(when.source, when.code, this.#onEvent);
  }

  /** Listens no more. */
  end(): void {
    this.#stopListening();
  }
}
