/** All that a table of signals may name. */
const HELD: readonly NodeJS.Signals[] = [
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGUSR1',
  'SIGUSR2',
  'SIGQUIT',
  'SIGWINCH',
  'SIGCONT',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
  'SIGALRM',
  'SIGABRT',
];
/** They stop whoever does not listen to them, and that can be had again. */
const STOPPING: readonly NodeJS.Signals[] = ['SIGTSTP', 'SIGTTIN', 'SIGTTOU'];
/** The system ends whoever does not listen to one of these (signal(7)); USR1 would open Node's debugger, and does nothing here. */
const ENDING: ReadonlySet<NodeJS.Signals> = new Set([
  'SIGTERM',
  'SIGINT',
  'SIGHUP',
  'SIGUSR2',
  'SIGQUIT',
  'SIGALRM',
  'SIGABRT',
]);
/** Whoever does not listen by then waits for something that may never come: a config that is a pipe, a file of a dead server. */
const PATIENCE_MS = 3000;

/**
 * Keeps the signals that come while the program starts, when it cannot know yet what they mean. Without it the kernel would drop them
 * for process 1, and end every other. Made as the very first thing; loads nothing.
 */
export class EarlySignals {
  readonly #came: NodeJS.Signals[] = [];
  #patience: NodeJS.Timeout | undefined;
  #isAwaited = true;
  readonly #hold = (signal: NodeJS.Signals): void => {
    this.#came.push(signal);
    if (!ENDING.has(signal)) return;
    if (this.#isAwaited) this.#patience ??= setTimeout(endBy, PATIENCE_MS, signal).unref();
    else endBy(signal);
  };

  constructor() {
    for (const signal of HELD) process.on(signal, this.#hold);
  }

  /**
   * Gives what came to those who listen by now, in the order in which it came; what nobody listens to is answered as the system does.
   * From here on nothing is kept.
   */
  handOver(): void {
    clearTimeout(this.#patience);
    for (const signal of HELD) process.removeListener(signal, this.#hold);
    for (const signal of this.#came.splice(0)) {
      if (process.listenerCount(signal) > 0) process.emit(signal, signal);
      else if (ENDING.has(signal)) endBy(signal);
    }
  }

  /**
   * Nobody will listen: what would end us does so, now and from here on. The listeners stay, since Node forgets a signal that it has
   * not heard of yet when its listener goes.
   */
  letGo(): void {
    this.#isAwaited = false;
    for (const signal of STOPPING) process.removeListener(signal, this.#hold);
    const ending = this.#came.find((signal) => ENDING.has(signal));
    if (ending !== undefined) endBy(ending);
  }
}

/** Ends as the system would have: by the signal itself, which it does not give to process 1. */
function endBy(signal: NodeJS.Signals): void {
  process.removeAllListeners(signal);
  if (process.pid !== 1) process.kill(process.pid, signal);
  // Not by an import, which would take longer than all the rest of this file.
  else process.exit(128 + process.getBuiltinModule('node:os').constants.signals[signal]);
}
