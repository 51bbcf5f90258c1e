import { signalExitCode } from './exit-codes.ts';

/** What signals mean while the program runs. */
export interface SignalMeanings {
  /** TERM or INT, for the first time: end in order. */
  readonly stop: (signal: NodeJS.Signals) => void;
  /** TERM or INT again, or a stop that hangs: the process ends as soon as this returns. */
  readonly insist: () => void;
  /** HUP. */
  readonly reload: () => void;
  /** USR1. */
  readonly report: () => void;
}

/** A stop that takes longer is cut short: whoever sent TERM is about to send KILL. */
const STOP_WITHIN_MS = 900;

/**
 * Listens to signals until the returned function is called. A second TERM or INT ends the process at once, with 128+n as a shell
 * would report it; so does a stop that hangs, with the code of one that did not, since nothing of ours needs to be saved.
 */
export function listenToSignals(
  meanings: SignalMeanings,
  onHang: () => void,
  stoppedCode: (signal: NodeJS.Signals) => number,
): () => void {
  let asked = false;
  let hang: NodeJS.Timeout | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (asked) {
      meanings.insist();
      process.exit(signalExitCode(signal));
    }
    asked = true;
    hang = setTimeout(() => {
      onHang();
      meanings.insist();
      process.exit(stoppedCode(signal));
    }, STOP_WITHIN_MS);
    hang.unref();
    meanings.stop(signal);
  };
  const handlers: readonly [NodeJS.Signals, (signal: NodeJS.Signals) => void][] = [
    ['SIGTERM', stop],
    ['SIGINT', stop],
    ['SIGHUP', meanings.reload],
    ['SIGUSR1', meanings.report],
    // The system's own answer would be to end us.
    ['SIGUSR2', () => undefined],
  ];
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    clearTimeout(hang);
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  };
}
