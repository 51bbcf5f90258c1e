import type { EventMap, EventName } from './events.ts';

type Listener<Name extends EventName> = (payload: EventMap[Name]) => void;

/** Carries facts from where they are known to whoever listens. Nothing waits for a listener. */
export class Bus {
  readonly #listeners = new Map<EventName, Set<Listener<never>>>();
  readonly #onListenerError: (error: unknown, name: EventName) => void;

  /** `onListenerError` hears of a listener that threw; the others and the announcer never do. */
  constructor(onListenerError: (error: unknown, name: EventName) => void = () => undefined) {
    this.#onListenerError = onListenerError;
  }

  /** Calls `listener` at each fact of this name; returns the function that ends this. */
  on<Name extends EventName>(name: Name, listener: Listener<Name>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  /** How many listen to facts of this name. */
  listeners(name: EventName): number {
    return this.#listeners.get(name)?.size ?? 0;
  }

  /** Announces a fact. */
  emit<Name extends EventName>(name: Name, payload: EventMap[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as Listener<Name>)(payload);
      } catch (error) {
        this.#onListenerError(error, name);
      }
    }
  }
}
