import { describeError } from '../core/errors.ts';
import { formatDuration } from '../core/duration.ts';
import type { Bus } from '../core/bus.ts';
import type { Logger } from '../core/logger.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import { findAccount } from '../process/account.ts';
import { commandLabel, type CommandLine } from '../process/command-line.ts';
import {
  exitCodeOfEnd,
  type ProcessOptions,
  type RunningProcess,
  type startProcess,
} from '../process/long-process.ts';
import type { ChildVariables } from './child-variables.ts';
import type { Happenings } from './happenings.ts';
import { rulesOf } from './job-rules.ts';
import { jobOutput, type OutputSink } from './job-output.ts';
import type { JobSettings } from './settings.ts';
import {
  UNBORN,
  type Effect,
  type JobEvent,
  type JobState,
  type RunEnd,
  type TimerName,
} from './job-life.ts';
import { transition } from './transitions.ts';

/** What is checked and advertised for a job while it runs. */
export interface JobPresence {
  /** Checks, and advertises what is well. */
  begin(): void;
  /** Stops checking, and tells the catalog that its process is gone; `why` is for people. */
  pause(why: string): void;
}

/** What a job works with. */
export interface JobParts {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bus: Bus;
  readonly happenings: Happenings;
  readonly variables: ChildVariables;
  readonly sink: OutputSink;
  readonly start: typeof startProcess;
  readonly presence: JobPresence | undefined;
  /** Does what has to come before the stop signal. Never rejects. */
  readonly withdraw: (job: Job) => Promise<void>;
  /** Fills in what the words of a main command say of the environment: ContainerPilot 2's way. */
  readonly fillIn: (
    command: CommandLine,
    environment: Readonly<Record<string, string>>,
  ) => CommandLine;
  /** Called each time when a job is done. */
  readonly onDone: (job: Job) => void;
}

/** How long the stop of a process may take, and what cuts it short. */
export interface StopLimit {
  readonly leftMs: number;
  readonly hurried: AbortSignal;
}

const NO_LIMIT: StopLimit = { leftMs: Infinity, hurried: new AbortController().signal };

/** One job: carries out what the table of transitions says. */
export class Job {
  readonly settings: JobSettings;
  readonly #parts: JobParts;
  #state: JobState = UNBORN;
  #process: RunningProcess | undefined;
  #startedAtMs = 0;
  #limit: StopLimit = NO_LIMIT;
  readonly #timers = new Map<TimerName, CancelTimer>();
  #stopListening: () => void = () => undefined;
  #whenDone: (() => void)[] = [];
  #whenIdle: (() => void)[] = [];
  #paused: () => boolean = () => false;

  constructor(settings: JobSettings, parts: JobParts) {
    this.settings = settings;
    this.#parts = parts;
  }

  /** Where it is in its life. */
  get state(): JobState {
    return this.#state;
  }

  /** Its process, where there is one. */
  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** When its process was started, in milliseconds since the epoch. */
  get startedAtMs(): number {
    return this.#startedAtMs;
  }

  /** The exit code of its last run; undefined before one has ended. */
  get exitCode(): number | undefined {
    const { lastEnd } = this.#state;
    return lastEnd === undefined ? undefined : exitCodeOfEnd(lastEnd);
  }

  /** Begins its life: at once, or when its event comes. While `paused` says so, intervals start nothing. */
  begin(paused: () => boolean = () => false): void {
    this.#paused = paused;
    const { when } = this.settings;
    this.#happen({ kind: 'begin' });
    if (when.kind !== 'event') return;
    const { happenings } = this.#parts;
    this.#stopListening = happenings.on(when.source, when.code, () => {
      if (when.mode === 'once') this.#stopListening();
      this.#happen({ kind: 'trigger' });
    });
    if (happenings.holds(when.source, when.code)) {
      if (when.mode === 'once') this.#stopListening();
      this.#happen({ kind: 'trigger' });
    }
  }

  /** Starts it now, whatever it waits for; one that runs is let be. */
  start(): void {
    if (this.#state.name === 'running' || this.#state.name === 'starting') return;
    this.#happen({ kind: this.#state.name === 'done' ? 'restart' : 'trigger' });
  }

  /** Replaces its process by another. */
  restart(): void {
    this.#happen({ kind: 'restart' });
  }

  /** Takes it down for good; resolves when it is done. A job that is done already is let be. */
  stop(limit: StopLimit = NO_LIMIT): Promise<void> {
    this.#limit = limit;
    this.#stopListening();
    this.#happen({ kind: 'stop' });
    return this.done();
  }

  /** Resolves when it is done. */
  done(): Promise<void> {
    if (this.#state.name === 'done') return Promise.resolve();
    return new Promise((resolve) => this.#whenDone.push(resolve));
  }

  /** Resolves when it has no process, and starts none by itself at once. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Signals its process's group; returns whether there was anybody. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#process?.signal(signal) ?? false;
  }

  /** Kills its group in this very moment: whoever calls this ends next. */
  abandon(): void {
    this.#process?.signal('SIGKILL');
  }

  #happen(event: JobEvent): void {
    const before = this.#state.name;
    const { state, effects } = transition(this.#state, event, rulesOf(this.settings));
    this.#state = state;
    if (state.name !== before) {
      const pid = this.#process?.pid;
      this.#parts.bus.emit('job:changed', {
        job: this.settings.name,
        state: state.name,
        ...(pid === undefined ? {} : { pid }),
      });
    }
    for (const effect of effects) this.#carryOut(effect);
    if (this.#isIdle()) for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #isIdle(): boolean {
    return ['waiting', 'resting', 'done'].includes(this.#state.name);
  }

  #carryOut(effect: Effect): void {
    const { happenings, presence, clock, onDone } = this.#parts;
    switch (effect.do) {
      case 'spawn':
        void this.#spawn();
        break;
      case 'signal':
        this.#end(this.settings.stopSignal, this.settings.stopTimeoutMs);
        break;
      case 'kill':
        this.#end('SIGKILL', 0);
        break;
      case 'clear':
        this.#clear();
        break;
      case 'announce':
        if (effect.code === 'timedOut') this.#sayTimedOut();
        happenings.announce({ source: this.settings.name, code: effect.code });
        break;
      case 'arm':
        this.#timers.get(effect.timer)?.();
        this.#timers.set(
          effect.timer,
          clock.setTimer(() => this.#timerFired(effect.timer), effect.afterMs),
        );
        break;
      case 'disarm':
        this.#timers.get(effect.timer)?.();
        this.#timers.delete(effect.timer);
        break;
      case 'watch':
        presence?.begin();
        break;
      case 'unwatch':
        presence?.pause(this.#sayEnd());
        break;
      case 'withdraw':
        void this.#parts.withdraw(this).then(() => this.#happen({ kind: 'withdrawn' }));
        break;
      case 'complete':
        this.#stopListening();
        for (const resolve of this.#whenDone.splice(0)) resolve();
        onDone(this);
        break;
    }
  }

  #timerFired(timer: TimerName): void {
    this.#timers.delete(timer);
    if (timer === 'interval' && this.#paused()) {
      const { when } = this.settings;
      if (when.kind === 'interval') this.#carryOut({ do: 'arm', timer, afterMs: when.intervalMs });
      return;
    }
    this.#happen({ kind: 'timer', timer });
  }

  async #spawn(): Promise<void> {
    const { logger, start, variables, clock } = this.#parts;
    const { name, exec = [], role } = this.settings;
    const label = commandLabel(exec);
    try {
      const started = await start(await this.#processOptions());
      if ('couldNotStart' in started) {
        logger.error(`${name} could not be started: ${label}: ${started.couldNotStart}`, {
          job: name,
        });
        this.#noteEnd({ exitCode: started.exitCode });
        this.#happen({
          kind: 'startFailed',
          end: { couldNotStart: started.couldNotStart, code: started.exitCode },
        });
        return;
      }
      this.#process = started;
      this.#startedAtMs = clock.now();
      variables.tellProcess(name, role, started.pid);
      logger.debug(`${name} runs: ${label}`, { job: name, pid: started.pid });
      void started.ended.then((end) => this.#ended(started, end));
      this.#happen({ kind: 'started' });
    } catch (error) {
      const reason = describeError(error);
      logger.error(`${name} could not be started: ${reason}`, { job: name });
      this.#noteEnd({ exitCode: 127 });
      this.#happen({ kind: 'startFailed', end: { couldNotStart: reason, code: 127 } });
    }
  }

  async #processOptions(): Promise<ProcessOptions> {
    const { variables, sink, clock, fillIn } = this.#parts;
    const { name, role, exec = [], env: extra, cwd, user, logging } = this.settings;
    let pid = 0;
    const env = variables.environment(extra);
    const options = {
      command: role === 'main' ? fillIn(exec, env) : exec,
      env,
      ...(cwd === undefined ? {} : { cwd }),
      ...(user === undefined ? {} : { account: await findAccount(user) }),
    };
    if (logging === 'raw') return { ...options, output: 'inherit' };
    const write = jobOutput({ job: name, logging, sink, now: () => new Date(clock.now()) });
    return {
      ...options,
      output: (stream, line) => {
        // Lines come only once it runs, and then this is its process; a later run has another function.
        pid ||= this.#process?.pid ?? 0;
        write(pid)(stream, line);
      },
    };
  }

  #ended(process: RunningProcess, end: RunEnd): void {
    const { variables, clock, logger } = this.#parts;
    const { name, role } = this.settings;
    variables.forgetProcess(name, role);
    this.#noteEnd('signal' in end ? { signal: end.signal } : { exitCode: end.code });
    const ranMs = clock.now() - this.#startedAtMs;
    const said = `${name} ${describeEnd(end)} after ${formatDuration(ranMs)}`;
    if (exitCodeOfEnd(end) === 0) logger.debug(said, { job: name, pid: process.pid });
    else logger.info(said, { job: name, pid: process.pid });
    this.#happen({ kind: 'ended', end, ranMs });
  }

  /** Ends the group of the process that runs; `ended` comes by itself. */
  #end(signal: NodeJS.Signals, graceMs: number): void {
    const limit = this.#limit;
    void this.#process?.stop(signal, Math.min(graceMs, limit.leftMs), limit.hurried);
  }

  /** Whoever is left of the group of a process that has ended has no more to do. */
  #clear(): void {
    const process = this.#process;
    this.#process = undefined;
    void process?.stop('SIGKILL', 0);
  }

  #noteEnd(end: { readonly exitCode?: number; readonly signal?: string }): void {
    this.#parts.bus.emit('job:ended', { job: this.settings.name, ...end });
  }

  #sayTimedOut(): void {
    const { name, timeoutMs } = this.settings;
    if (this.#state.name !== 'killing' || timeoutMs === undefined) {
      this.#parts.logger.warn(`${name} never ran: what it waited for did not come in time`, {
        job: name,
      });
      return;
    }
    this.#parts.logger.warn(`${name} timeout after ${formatDuration(timeoutMs)}`, { job: name });
  }

  #sayEnd(): string {
    const { lastEnd } = this.#state;
    return lastEnd === undefined
      ? 'its process does not run'
      : `its process ${describeEnd(lastEnd)}`;
  }
}

/** How a run ended, as the end of a sentence. */
export function describeEnd(end: RunEnd): string {
  if ('couldNotStart' in end) return `could not be started: ${end.couldNotStart}`;
  return 'signal' in end ? `was ended by ${end.signal}` : `ended with exit code ${end.code}`;
}
