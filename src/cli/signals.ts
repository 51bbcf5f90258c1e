/** Which signals stop and which reload; HUP, USR1 and USR2 never end us by themselves. */
export interface RunSignals {
  readonly stop: readonly NodeJS.Signals[];
  readonly reload: readonly NodeJS.Signals[];
}

/** What signals mean where no config says otherwise. */
export const RUN_SIGNALS: RunSignals = {
  stop: ['SIGTERM', 'SIGINT', 'SIGQUIT'],
  reload: ['SIGHUP'],
};

/** The signals of a run, as a config names them: TERM, INT and QUIT stop it too, unless they reload. */
export function runSignals(said: {
  readonly killSignal: NodeJS.Signals | 'none';
  readonly reloadSignal: NodeJS.Signals | 'none';
}): RunSignals {
  const reload = said.reloadSignal === 'none' ? [] : [said.reloadSignal];
  const kill = said.killSignal === 'none' ? [] : [said.killSignal];
  const stop = [...new Set([...RUN_SIGNALS.stop, ...kill])];
  return { reload, stop: stop.filter((signal) => !reload.includes(signal)) };
}

/** What signals mean while the program runs. */
export interface SignalMeanings {
  /** One that stops, for the first time: end in order. */
  readonly stop: (signal: NodeJS.Signals) => void;
  /** One that stops again, or a stop that hangs: the process ends as soon as this returns. */
  readonly insist: () => void;
  /** One that reloads. */
  readonly reload: (signal: NodeJS.Signals) => void;
  /** USR1. */
  readonly report: () => void;
}

/** The exit codes after a signal that stops: one that was waited for, and one that came again. */
export interface StopCodes {
  readonly stopped: (signal: NodeJS.Signals) => number;
  readonly insisted: (signal: NodeJS.Signals) => number;
}

/** A stop that takes longer is cut short: whoever sent TERM is about to send KILL. */
const STOP_WITHIN_MS = 900;

/**
 * Listens to signals until the returned function is called. A second one that stops ends the process at once, and so does a stop that
 * hangs, with the code of one that did not, since nothing of ours needs to be saved.
 */
export function listenToSignals(
  meanings: SignalMeanings,
  onHang: () => void,
  codes: StopCodes,
  signals: RunSignals = RUN_SIGNALS,
): () => void {
  let asked = false;
  let hang: NodeJS.Timeout | undefined;
  const stop = (signal: NodeJS.Signals): void => {
    if (asked) {
      meanings.insist();
      process.exit(codes.insisted(signal));
    }
    asked = true;
    hang = setTimeout(() => {
      onHang();
      meanings.insist();
      process.exit(codes.stopped(signal));
    }, STOP_WITHIN_MS);
    hang.unref();
    meanings.stop(signal);
  };
  const handlers = new Map<NodeJS.Signals, (signal: NodeJS.Signals) => void>([
    // The system's own answer would be to end us.
    ['SIGHUP', () => undefined],
    ['SIGUSR2', () => undefined],
    ['SIGUSR1', () => meanings.report()],
    ...signals.reload.map((signal) => [signal, meanings.reload] as const),
    ...signals.stop.map((signal) => [signal, stop] as const),
  ]);
  for (const [signal, handler] of handlers) process.on(signal, handler);
  return () => {
    clearTimeout(hang);
    for (const [signal, handler] of handlers) process.removeListener(signal, handler);
  };
}
