import type { Bus } from '../core/bus.ts';
import { formatDuration } from '../core/duration.ts';
import { exitCodeOfEnd, type RunningProcess } from '../process/long-process.ts';
import type { StopLimit } from './budget.ts';
import type { JobEvent, RunEnd } from './job-life.ts';
import { startJobProcess, type JobProcessParts } from './job-process.ts';
import { describeEnd } from './run-end.ts';
import type { JobSettings } from './settings.ts';

/** What a job's runs work with. */
export interface JobRunParts extends JobProcessParts {
  readonly bus: Bus;
}

/** The runs of a job, one process at a time: starts it, signals and ends it, and tells whoever has to know of it. */
export class JobRun {
  readonly #settings: JobSettings;
  readonly #parts: JobRunParts;
  readonly #happen: (event: JobEvent) => void;
  #process: RunningProcess | undefined;
  #startedAtMs = 0;

  /** `happen` is told of each start, good or bad, and of each end. */
  constructor(settings: JobSettings, parts: JobRunParts, happen: (event: JobEvent) => void) {
    this.#settings = settings;
    this.#parts = parts;
    this.#happen = happen;
  }

  /** The process, where there is one: also one that has ended, until `clear`. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** When the last process was started, in milliseconds since the epoch. */
  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  /** Starts a process; says what came of it, and then how it ended. */
  async start(): Promise<void> {
    const { variables, clock } = this.#parts;
    const { name, role } = this.#settings;
    const started = await startJobProcess(this.#settings, this.#parts);
    if ('couldNotStart' in started) {
      const { couldNotStart, exitCode } = started;
      this.#noteEnd();
      this.#happen({ kind: 'startFailed', end: { couldNotStart, code: exitCode } });
      return;
    }
    this.#process = started;
    this.#startedAtMs = clock.now();
    variables.tellProcess(name, role, started.pid);
    void started.ended.then((end) => this.#ended(started, end));
    this.#happen({ kind: 'started' });
  }

  /** Signals the process, with its group where the settings do not say otherwise; returns whether there was anybody. */
  signal(signal: NodeJS.Signals): boolean {
    if (this.#settings.signalled === 'alone') return this.#process?.signalAlone(signal) ?? false;
    return this.#process?.signal(signal) ?? false;
  }

  /** Kills the group in this very moment. */
  abandon(): void {
    this.#process?.signal('SIGKILL');
  }

  /** Ends the group of the process that runs, in the time that there is; its end comes by itself. */
  end(signal: NodeJS.Signals, graceMs: number, { leftMs, hurried }: StopLimit): void {
    void this.#process?.stop(signal, Math.min(graceMs, leftMs), hurried);
  }

  /** Whoever is left of the group of a process that has ended has no more to do. */
  clear(): void {
    const process = this.#process;
    this.#process = undefined;
    void process?.stop('SIGKILL', 0);
  }

  #ended(process: RunningProcess, end: RunEnd): void {
    const { variables, clock, logger } = this.#parts;
    const { name, role } = this.#settings;
    variables.forgetProcess(name, role);
    this.#noteEnd('signal' in end ? { signal: end.signal } : { exitCode: end.code });
    const ranMs = clock.now() - this.#startedAtMs;
    const said = `${name} ${describeEnd(end)} after ${formatDuration(ranMs)}`;
    if (exitCodeOfEnd(end) === 0) logger.debug(said, { job: name, pid: process.pid });
    else logger.info(said, { job: name, pid: process.pid });
    this.#happen({ kind: 'ended', end, ranMs });
  }

  /** Without a way out, it never started. */
  #noteEnd(end: { readonly exitCode?: number; readonly signal?: string } = {}): void {
    this.#parts.bus.emit('job:ended', { job: this.#settings.name, ...end });
  }
}
