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

/**
 * Starts actors in order and stops them in reverse, each one fully before the next.
 *
 * They are stopped when the signal aborts, when the last actor (the one that all others serve) ends, or
 * when any actor rejects; the first rejection is thrown once all have stopped.
 */
export async function runActors(actors: readonly Actor[], signal: AbortSignal): Promise<void> {
  const failures: unknown[] = [];
  let wake: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (wake = resolve));
  signal.addEventListener('abort', wake, { once: true });
  if (signal.aborted) wake();

  const started = actors.map((actor, position) => {
    const controller = new AbortController();
    const ended = actor.run(controller.signal).then(
      () => {
        if (position === actors.length - 1) wake();
      },
      (error: unknown) => {
        failures.push(error);
        wake();
      },
    );
    return { controller, ended };
  });

  await told;
  signal.removeEventListener('abort', wake);
  for (const { controller, ended } of started.reverse()) {
    controller.abort();
    await ended;
  }
  if (failures.length > 0) throw failures[0];
}
