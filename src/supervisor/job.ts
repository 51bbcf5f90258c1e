import { exitCodeOfEnd } from '../process/long-process.ts';
import type { StopLimit } from './budget.ts';
import type { Happenings } from './happenings.ts';
import { UNBORN, type Effect, type JobEvent, type JobState, type TimerName } from './job-life.ts';
import { rulesOf } from './job-rules.ts';
import { JobRun, type JobRunParts } from './job-run.ts';
import { JobTimers } from './job-timers.ts';
import { JobTrigger } from './job-trigger.ts';
import type { JobPresence } from './presence.ts';
import { describeAbsence, describeGivingUp, describeTimeout } from './run-end.ts';
import type { JobSettings } from './settings.ts';
import { transition } from './transitions.ts';

/** What a job works with. */
export interface JobParts extends JobRunParts {
  readonly happenings: Happenings;
  readonly presence: JobPresence | undefined;
  /** What the end of a process may take where nobody says otherwise. */
  readonly limit: () => StopLimit;
  /** Does what has to come before the stop signal. Never rejects. */
  readonly withdraw: (job: Job) => Promise<void>;
  /** Called each time when a job is done. */
  readonly onDone: (job: Job) => void;
}

/** One job: carries out what the table of transitions says. */
export class Job {
  readonly settings: JobSettings;
  readonly #parts: JobParts;
  #state: JobState = UNBORN;
  readonly #run: JobRun;
  /** What the stop that was asked for may take. */
  #limit: StopLimit | undefined;
  readonly #timers: JobTimers;
  readonly #trigger: JobTrigger;
  /** Resolves when nothing is under way that comes before the stop signal. */
  #withdrawn: Promise<void> = Promise.resolve();
  #whenDone: (() => void)[] = [];
  #whenIdle: (() => void)[] = [];
  #paused: () => boolean = () => false;
  #stopSignal: NodeJS.Signals;

  constructor(settings: JobSettings, parts: JobParts) {
    this.settings = settings;
    this.#stopSignal = settings.stopSignal;
    this.#parts = parts;
    this.#run = new JobRun(settings, parts, (event) => this.#happen(event));
    this.#timers = new JobTimers(parts.clock, (timer) => this.#timerFired(timer));
    this.#trigger = new JobTrigger(settings.when, parts.happenings, () =>
      this.#happen({ kind: 'trigger' }),
    );
  }

  /** Where it is in its life. */
  get state(): JobState {
    return this.#state;
  }

  /** Its process, where there is one. */
  get pid(): number | undefined {
    return this.#run.pid;
  }

  /** When its process was started, in milliseconds since the epoch. */
  get startedAtMs(): number {
    return this.#run.startedAtMs;
  }

  /** The exit code of its last run; undefined before one has ended. */
  get exitCode(): number | undefined {
    const { lastEnd } = this.#state;
    return lastEnd === undefined ? undefined : exitCodeOfEnd(lastEnd);
  }

  /** Begins its life: at once, or when its event comes. While `paused` says so, intervals start nothing. */
  begin(paused: () => boolean = () => false): void {
    this.#paused = paused;
    this.#happen({ kind: 'begin' });
    this.#trigger.listen();
  }

  /** Starts it now, whatever it waits for; one that runs is let be. */
  start(): void {
    if (this.#state.name === 'running' || this.#state.name === 'starting') return;
    this.#happen({ kind: this.#state.name === 'done' ? 'restart' : 'trigger' });
  }

  /** Replaces its process by another. */
  restart(): void {
    this.#limit = undefined;
    this.#happen({ kind: 'restart' });
  }

  /** Takes it down for good; resolves when it is done. A job that is done already is let be. */
  stop(limit?: StopLimit): Promise<void> {
    this.#limit = limit;
    this.#trigger.end();
    this.#happen({ kind: 'stop' });
    return this.done();
  }

  /** Resolves when it is done. */
  done(): Promise<void> {
    if (this.#state.name === 'done') return this.#withdrawn;
    return new Promise((resolve) => this.#whenDone.push(resolve));
  }

  /** Resolves when it has no process, and starts none by itself at once. */
  idle(): Promise<void> {
    if (this.#isIdle()) return Promise.resolve();
    return new Promise((resolve) => this.#whenIdle.push(resolve));
  }

  /** Signals its process, with its group where the settings do not say otherwise; returns whether there was anybody. */
  signal(signal: NodeJS.Signals): boolean {
    return this.#run.signal(signal);
  }

  /** From now on this is its stop signal. */
  stopBy(signal: NodeJS.Signals): void {
    this.#stopSignal = signal;
  }

  /** Kills its group in this very moment: whoever calls this ends next. */
  abandon(): void {
    this.#run.abandon();
  }

  #happen(event: JobEvent): void {
    const before = this.#state.name;
    if (before === 'done' && event.kind === 'restart') this.#trigger.listenAgain();
    const { state, effects } = transition(this.#state, event, rulesOf(this.settings));
    this.#state = state;
    if (state.name !== before) {
      const { pid } = this.#run;
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
    const { happenings, presence, onDone } = this.#parts;
    switch (effect.do) {
      case 'spawn':
        void this.#run.start();
        break;
      case 'signal':
        this.#end(this.#stopSignal, this.settings.stopTimeoutMs);
        break;
      case 'kill':
        this.#end('SIGKILL', 0);
        break;
      case 'clear':
        this.#run.clear();
        break;
      case 'announce':
        if (effect.code === 'timedOut')
          this.#warnOf(describeTimeout(this.settings, this.#state.name));
        happenings.announce({ source: this.settings.name, code: effect.code });
        break;
      case 'arm':
        this.#timers.arm(effect.timer, effect.afterMs);
        break;
      case 'disarm':
        this.#timers.disarm(effect.timer);
        break;
      case 'watch':
        presence?.begin();
        break;
      case 'unwatch':
        presence?.pause(describeAbsence(this.#state.lastEnd));
        break;
      case 'withdraw':
        this.#warnOf(describeGivingUp(this.settings, this.#state));
        this.#withdrawn = this.#parts.withdraw(this);
        void this.#withdrawn.then(() => this.#happen({ kind: 'withdrawn' }));
        break;
      case 'complete':
        this.#trigger.end();
        this.#tellDone();
        onDone(this);
        break;
    }
  }

  /** A process may have ended before what comes before its stop signal did: a restart that became a stop. */
  #tellDone(): void {
    const tell = this.#whenDone.splice(0);
    void this.#withdrawn.then(() => tell.forEach((resolve) => resolve()));
  }

  #timerFired(timer: TimerName): void {
    if (timer === 'interval' && this.#paused()) {
      const { when } = this.settings;
      if (when.kind === 'interval') this.#timers.arm(timer, when.intervalMs);
      return;
    }
    this.#happen({ kind: 'timer', timer });
  }

  #warnOf(sentence: string | undefined): void {
    if (sentence !== undefined) this.#parts.logger.warn(sentence, { job: this.settings.name });
  }

  /** Ends the group of the process that runs; `ended` comes by itself. */
  #end(signal: NodeJS.Signals, graceMs: number): void {
    this.#run.end(signal, graceMs, this.#limit ?? this.#parts.limit());
  }
}
