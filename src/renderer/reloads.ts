import type { Actor } from '../core/actor.ts';
import { formatDuration } from '../core/duration.ts';
import type { Clock } from '../core/time.ts';
import { commandLabel } from '../process/command-line.ts';
import { carryOut, type CarryOutParts, type Outcome } from './carry-out.ts';
import { OwedReloads } from './owed-reloads.ts';
import { mergeReloads, rollingOf, type Reload } from './reload.ts';
import { reloadStandings, type ReloadStanding } from './reload-standings.ts';
import type { Turns } from './rolling/turns.ts';

/** What reloads work with. */
export interface ReloadsOptions extends CarryOutParts {
  /** Whether a command that failed is tried again, with backoff, until it succeeds. */
  readonly retry: boolean;
  readonly clock: Clock;
  /** The turns of commands that only so many hosts run at a time. */
  readonly turns: Turns;
}

/**
 * Runs the commands that changes ask for: one at a time, in the order in which they were asked for, equal ones of a batch
 * once. One that has to wait for its turn among the hosts lets others pass. A command that fails stays owed: it is tried again, and a later change that asks for it comes first.
 */
export class Reloads implements Actor {
  readonly name = 'reloads';
  readonly #options: ReloadsOptions;
  readonly #queue = new Map<string, Reload>();
  readonly #owed: OwedReloads;
  readonly #failures: string[] = [];
  #running: Reload | undefined;
  #held = false;
  /** A command failed that ends the program: nothing follows it, though the end may take a moment to come. */
  #isOver = false;
  /** The only commands that the config names, by their labels; undefined: nobody has said so far. */
  #named: ReadonlySet<string> | undefined;
  #wake: () => void = () => undefined;
  #idle: Promise<void> = Promise.resolve();
  #becomeIdle: (() => void) | undefined;

  constructor(options: ReloadsOptions) {
    this.#options = options;
    options.turns.onChange = () => this.#wake();
    this.#owed = new OwedReloads(options.clock, (reload) => this.enqueue([reload]));
  }

  /** Queues the commands of one batch. One that waits already covers both; it keeps its place. */
  enqueue(batch: readonly Reload[]): void {
    for (const reload of batch) {
      const key = commandLabel(reload.command);
      const owed = this.#owed.hurry(key);
      const waiting = this.#queue.get(key) ?? owed;
      this.#queue.set(key, waiting === undefined ? reload : mergeReloads(waiting, reload));
    }
    if (this.#queue.size === 0) return;
    if (this.#becomeIdle === undefined) {
      this.#idle = new Promise((resolve) => (this.#becomeIdle = resolve));
    }
    this.#wake();
  }

  /**
   * Starts no command until `release`: what it would reload does not run. Nothing is lost meanwhile. The command under way
   * goes on.
   */
  hold(): void {
    this.#held = true;
    // Others can have what we cannot use.
    this.#options.turns.withdraw();
  }

  /** Runs commands again, what was asked for meanwhile included. */
  release(): void {
    this.#held = false;
    this.#wake();
  }

  /** Resolves once nothing is queued or running. Commands that wait for their next try do not count. */
  async idle(): Promise<void> {
    await this.#idle;
  }

  /** How many commands failed and have not succeeded since. */
  get owed(): number {
    return this.#owed.all.size;
  }

  /** The command that runs, and those that are queued, by their labels. */
  get underWay(): readonly string[] {
    return this.standings().flatMap(({ command, state, reason }) => {
      if (state === 'owed') return [];
      return state === 'waiting' ? `${command} (${reason})` : command;
    });
  }

  /** The commands that have not ended well, each in the state that it is in now. */
  standings(): readonly ReloadStanding[] {
    return reloadStandings({
      owed: this.#owed.all,
      queue: this.#queue,
      waitingFor: (key) => this.#options.turns.waitingFor(key),
      running: this.#running,
    });
  }

  /**
   * Gives up what is owed or queued, except these commands (by their labels): the config names no others any more. One that
   * is under way ends in its own time, and is not tried again.
   */
  keepOnly(labels: ReadonlySet<string>): void {
    this.#named = labels;
    for (const key of this.#owed.all.keys()) if (!labels.has(key)) this.#owed.drop(key);
    for (const key of this.#queue.keys()) {
      if (labels.has(key)) continue;
      this.#queue.delete(key);
      this.#options.turns.drop(key);
    }
  }

  /** What went wrong so far where nothing is tried again, one sentence for each run that failed. */
  get failures(): readonly string[] {
    return this.#failures;
  }

  /** Works until told to stop. The command under way is then ended, and owed ones are left to the next start. */
  async run(signal: AbortSignal): Promise<void> {
    const onAbort = (): void => this.#wake();
    signal.addEventListener('abort', onAbort);
    while (!signal.aborted) {
      const next = this.#next();
      if (next === undefined) {
        await this.#untilWork(signal);
        continue;
      }
      this.#queue.delete(next[0]);
      await this.#execute(next[0], next[1], signal);
    }
    signal.removeEventListener('abort', onAbort);
    this.#owed.stop();
    await this.#options.turns.close();
    this.#becomeIdle?.();
  }

  /** The first that may run now; whoever waits for its turn is passed over. */
  #next(): readonly [key: string, reload: Reload] | undefined {
    if (this.#held || this.#isOver) return undefined;
    const { turns } = this.#options;
    // Each is looked at, so that all of them ask.
    return [...this.#queue].filter(([key, reload]) => turns.isOurs(key, rollingOf(reload)))[0];
  }

  async #untilWork(signal: AbortSignal): Promise<void> {
    if (this.#queue.size === 0) {
      this.#becomeIdle?.();
      this.#becomeIdle = undefined;
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (signal.aborted || this.#next() !== undefined) resolve();
    });
  }

  async #execute(key: string, reload: Reload, signal: AbortSignal): Promise<void> {
    this.#running = reload;
    const { turns } = this.#options;
    const outcome = await turns.run(key, () => carryOut(reload, this.#options, signal));
    // Told to stop: it was ended, and how things stood then is still asked for.
    if (!signal.aborted) this.#running = undefined;
    this.#conclude(key, reload, outcome);
  }

  #conclude(key: string, reload: Reload, outcome: Outcome): void {
    switch (outcome.kind) {
      case 'stopped':
        return;
      case 'done':
        this.#owed.drop(key);
        return;
      case 'rolledBack':
        this.#owed.drop(key);
        // What was asked for has not come about, though everything runs.
        if (!this.#options.retry) this.#failures.push(outcome.reason);
        return;
      case 'fatal':
        this.#isOver = true;
        this.#failures.push(outcome.reason);
        this.#options.logger.error(`${outcome.reason}; the program ends`);
        return;
      case 'failed':
        this.#failed(key, reload, outcome.reason);
    }
  }

  #failed(key: string, reload: Reload, sentence: string): void {
    const { logger, retry } = this.#options;
    const targets = reload.targets.map((target) => target.label);
    if (!retry) {
      this.#failures.push(sentence);
      logger.error(sentence, { targets });
      return;
    }
    if (this.#named?.has(key) === false) {
      logger.error(`${sentence}; the config does not name it any more, so it is not tried again`, {
        targets,
      });
      return;
    }
    const again = this.#queue.get(key);
    if (again !== undefined) {
      // Asked for again while it ran: the next run covers this one.
      this.#queue.set(key, mergeReloads(reload, again));
      logger.error(sentence, { targets });
      return;
    }
    const { delayMs, failures } = this.#owed.failed(key, reload, sentence);
    logger.error(
      `${sentence}; the files are newer than what runs, it is tried again in ${formatDuration(delayMs)}`,
      { targets, attempt: failures },
    );
  }
}
