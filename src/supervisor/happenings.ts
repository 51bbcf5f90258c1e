import type { Bus } from '../core/bus.ts';
import type { EventCode, Happening } from './happening.ts';

type Listener = (happening: Happening) => void;

/**
 * What is true until its opposite is announced. A job that begins to wait for it while it holds need not wait: after a reload
 * nothing would announce it again.
 */
const OPPOSITES: Partial<Record<EventCode, readonly EventCode[]>> = {
  healthy: ['unhealthy', 'stopping', 'stopped', 'exitFailed', 'exitSuccess'],
  ready: [],
  leader: ['follower', 'lost'],
  follower: ['leader'],
};

/**
 * The board on which jobs, watches and the program meet: whoever knows that something happened announces it here, and jobs wait
 * for what they name. Listeners are called in the order in which they came, within `announce`.
 */
export class Happenings {
  readonly #bus: Bus;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #holding = new Set<string>();

  constructor(bus: Bus) {
    this.#bus = bus;
  }

  /** Tells all who wait for this, and the bus. */
  announce(happening: Happening): void {
    const { source, code } = happening;
    for (const [state, opposites] of Object.entries(OPPOSITES)) {
      if (state === code) this.#holding.add(key(source, code));
      else if (opposites.includes(code)) this.#holding.delete(`${source} ${state}`);
    }
    this.#bus.emit('supervisor:happened', { source, code });
    for (const listener of [...(this.#listeners.get(key(source, code)) ?? [])]) listener(happening);
  }

  /** Calls `listener` each time; returns the function that ends this. */
  on(source: string, code: EventCode, listener: Listener): () => void {
    const id = key(source, code);
    const listeners = this.#listeners.get(id) ?? new Set();
    this.#listeners.set(id, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(id) === listeners) this.#listeners.delete(id);
    };
  }

  /** Whether this was announced and has held since. */
  holds(source: string, code: EventCode): boolean {
    return this.#holding.has(key(source, code));
  }
}

function key(source: string, code: EventCode): string {
  return `${source} ${code}`;
}
