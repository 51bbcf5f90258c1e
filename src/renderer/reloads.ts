import type { Actor } from '../core/actor.ts';
import { backoffDelay } from '../core/backoff.ts';
import { formatDuration } from '../core/duration.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import { commandLabel } from '../process/command-line.ts';
import { mergeReloads, type Reload } from './reload.ts';
import { attemptReload, type AttemptParts } from './reload-attempt.ts';
import type { Target } from './target.ts';

const RETRY = { baseMs: 1000, capMs: 60_000 };

/** What reloads work with. */
export interface ReloadsOptions extends AttemptParts {
  /** Called when a command starts, with its targets; what it returns is called where the command succeeds. */
  readonly cover: (targets: readonly Target[]) => () => Promise<void>;
  /** Whether a command that failed is tried again, with backoff, until it succeeds. */
  readonly retry: boolean;
  readonly clock: Clock;
}

/**
 * Runs the commands that changes ask for: one at a time, in the order in which they were asked for, equal ones of a batch
 * once. A command that fails stays owed: it is tried again, and a later change that asks for it comes first.
 */
export class Reloads implements Actor {
  readonly name = 'reloads';
  readonly #options: ReloadsOptions;
  readonly #queue = new Map<string, Reload>();
  readonly #owed = new Map<
    string,
    { reload: Reload; attempt: number; cancel: CancelTimer | undefined }
  >();
  readonly #failures: string[] = [];
  #running: string | undefined;
  #held = false;
  /** The only commands that the config names, by their labels; undefined: nobody has said so far. */
  #named: ReadonlySet<string> | undefined;
  #wake: () => void = () => undefined;
  #idle: Promise<void> = Promise.resolve();
  #becomeIdle: (() => void) | undefined;

  constructor(options: ReloadsOptions) {
    this.#options = options;
  }

  /** Queues the commands of one batch. One that waits already covers both; it keeps its place. */
  enqueue(batch: readonly Reload[]): void {
    for (const reload of batch) {
      const key = commandLabel(reload.command);
      const owed = this.#owed.get(key);
      owed?.cancel?.();
      if (owed !== undefined) owed.cancel = undefined;
      const waiting = this.#queue.get(key) ?? owed?.reload;
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
    return this.#owed.size;
  }

  /** The command that runs, and those that are queued, by their labels. */
  get underWay(): readonly string[] {
    return [...(this.#running === undefined ? [] : [this.#running]), ...this.#queue.keys()];
  }

  /**
   * Gives up what is owed or queued, except these commands (by their labels): the config names no others any more. One that
   * is under way ends in its own time, and is not tried again.
   */
  keepOnly(labels: ReadonlySet<string>): void {
    this.#named = labels;
    for (const [key, { cancel }] of this.#owed) {
      if (labels.has(key)) continue;
      cancel?.();
      this.#owed.delete(key);
    }
    for (const key of this.#queue.keys()) if (!labels.has(key)) this.#queue.delete(key);
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
      const [next] = this.#queue;
      if (next === undefined || this.#held) {
        await this.#untilWork(signal);
        continue;
      }
      this.#queue.delete(next[0]);
      await this.#execute(next[0], next[1], signal);
    }
    signal.removeEventListener('abort', onAbort);
    for (const { cancel } of this.#owed.values()) cancel?.();
    this.#becomeIdle?.();
  }

  async #untilWork(signal: AbortSignal): Promise<void> {
    if (this.#queue.size === 0) {
      this.#becomeIdle?.();
      this.#becomeIdle = undefined;
    }
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if ((this.#queue.size > 0 && !this.#held) || signal.aborted) resolve();
    });
  }

  async #execute(key: string, reload: Reload, signal: AbortSignal): Promise<void> {
    this.#running = key;
    const onSuccess = this.#options.cover(reload.targets);
    const attempt = await attemptReload(reload, this.#options, signal);
    // Told to stop: it was ended, and how things stood then is still asked for.
    if (!signal.aborted) this.#running = undefined;
    if (attempt.outcome === 'ok') {
      this.#owed.get(key)?.cancel?.();
      this.#owed.delete(key);
      await onSuccess();
    } else if (attempt.outcome === 'failed') {
      this.#failed(key, reload, attempt.reason);
    }
  }

  #failed(key: string, reload: Reload, sentence: string): void {
    const { clock, logger, retry } = this.#options;
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
    const attempt = (this.#owed.get(key)?.attempt ?? -1) + 1;
    const delayMs = backoffDelay(attempt, RETRY);
    const cancel = clock.setTimer(() => this.enqueue([reload]), delayMs);
    this.#owed.set(key, { reload, attempt, cancel });
    logger.error(
      `${sentence}; the files are newer than what runs, it is tried again in ${formatDuration(delayMs)}`,
      {
        targets,
        attempt: attempt + 1,
      },
    );
  }
}
