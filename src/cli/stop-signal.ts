import type { EarlySignals } from './early-signals.ts';

/**
 * Aborts when the program is told to stop by INT or TERM, which is the reason then; one that came while the program started counts. A second
 * one ends the program as it ends every other.
 */
export function stopSignal(early: EarlySignals): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => controller.abort(signal));
  }
  early.handOver();
  return controller.signal;
}
