import type { Clock } from '../../core/time.ts';

/** Does something with a signal that aborts when it has taken `limitMs`. */
export async function within<T>(
  clock: Clock,
  limitMs: number,
  act: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const cancel = clock.setTimer(() => late.abort(), limitMs);
  try {
    return await act(late.signal);
  } finally {
    cancel();
  }
}

/**
 * Does something that is better known to be done or not than cut short: its signal aborts only `graceMs` after the given one. What
 * to do with it then is up to the caller.
 */
export async function finishing<T>(
  clock: Clock,
  graceMs: number,
  signal: AbortSignal,
  act: (late: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const late = new AbortController();
  let cancel: () => void = () => undefined;
  const start = (): void => {
    cancel = clock.setTimer(() => late.abort(signal.reason), graceMs);
  };
  signal.addEventListener('abort', start, { once: true });
  try {
    return await act(late.signal);
  } finally {
    signal.removeEventListener('abort', start);
    cancel();
  }
}
