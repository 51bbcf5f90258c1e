/**
 * Something that works until it is told to stop.
 *
 * `run` resolves only once everything that it started has ended: no child, timer or socket is left. It
 * resolves early, without being told, when its work is done, and rejects when it cannot go on.
 */
export interface Actor {
  readonly name: string;
  run(signal: AbortSignal): Promise<void>;
}

/** An actor that was started. */
export interface Begun<A extends Actor> {
  readonly actor: A;
  /** Settles as its `run` does. */
  readonly ended: Promise<void>;
  /** Tells it to stop, and waits until it has. Whoever starts several stops them in the reverse order. */
  stop(): Promise<void>;
}

/** Starts an actor with a signal of its own. */
export function begin<A extends Actor>(actor: A): Begun<A> {
  const controller = new AbortController();
  const ended = actor.run(controller.signal);
  return {
    actor,
    ended,
    stop: async () => {
      controller.abort();
      await ended;
    },
  };
}
