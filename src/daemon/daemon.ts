import type { Settings } from '../config/settings.ts';
import { begin, type Begun } from '../core/actor.ts';
import { Bus } from '../core/bus.ts';
import { whenAborted } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Reaper } from '../process/reaper.ts';
import { reportStanding, standingOf, type Standing } from '../renderer/standing.ts';
import type { Supervisor } from '../supervisor/supervisor.ts';
import type { ControlPlane } from './control-plane.ts';
import { environmentFor, type DaemonOptions, type Prepared } from './options.ts';
import { letGo, Preparation } from './preparation.ts';
import { Reloading, type ReloadOutcome } from './reloading.ts';
import { Rendering } from './rendering.ts';
import type { Supervision } from './supervision.ts';
import { Thrift } from './thrift.ts';
import type { Watcher } from '../watch/watcher.ts';

/** Node's timers fire at once beyond this (25 days). */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * The composition root: puts the parts together and runs them, one generation of settings after the other. What it is made of
 * lies beside it: `preparation.ts` makes ready whatever can fail, `rendering.ts` keeps files true, `reloading.ts` goes over to other
 * settings.
 */
export class Daemon {
  readonly bus: Bus;
  readonly #options: DaemonOptions;
  readonly #preparation: Preparation;
  readonly #rendering: Rendering;
  readonly #reloading: Reloading;
  #supervision: Supervision | undefined;
  #controlPlane: ControlPlane | undefined;
  #present: Prepared | undefined;
  #next: Prepared | undefined;
  #endGeneration: () => void = () => undefined;
  readonly #awaitSupervisor: ((supervisor: Supervisor) => void)[] = [];

  constructor(options: DaemonOptions) {
    this.#options = options;
    this.bus = new Bus((error, name) =>
      options.logger.error(`a listener of ${name} failed: ${describeError(error)}`),
    );
    this.#preparation = new Preparation(options);
    this.#rendering = new Rendering(options, this.bus);
    this.#reloading = new Reloading({
      load: options.load,
      prepare: (settings) => this.prepare(settings),
      replace: (prepared) => this.#replace(prepared),
      bus: this.bus,
      logger: options.logger,
    });
  }

  /**
   * Makes ready whatever can fail. Throws an AutotmplError, and changes nothing, where something is wrong. What it returns is
   * for `run`.
   */
  async prepare(settings: Settings): Promise<Prepared> {
    return await this.#preparation.prepare(settings, this.#present?.settings);
  }

  /** Makes sure that settings are right, as far as that can be known here and now; otherwise as `prepare`. */
  async check(settings: Settings): Promise<Prepared> {
    return await this.#preparation.check(settings);
  }

  /** Reads everything anew, and goes over to it only when all of it is right; resolves when that is decided. `by` is who asked: `HUP`. */
  reload(by: string): Promise<ReloadOutcome> {
    return this.#reloading.reload(by);
  }

  /** Kills what would outlive this process, which is about to end without waiting for anything. */
  insist(): void {
    this.#rendering.insist();
    this.supervisor?.abandon();
  }

  /** How things stand: what failed, what is waited for, what changed. */
  standing(): Standing {
    return standingOf(this.#rendering.parts());
  }

  /** Logs how things stand, for a person who asks (USR1). */
  report(): void {
    reportStanding(this.#rendering.parts(), this.#options.logger);
  }

  /** Gives back what `prepare` made ready, where nothing is to be run. */
  async discard(prepared: Prepared): Promise<void> {
    await letGo(prepared);
    await prepared.lease.release();
  }

  /** The settings that are in force; undefined before any are. */
  get present(): Settings | undefined {
    return this.#present?.settings;
  }

  /** What the present settings say of jobs; undefined before they are in force, and where there are none. */
  get supervised(): Settings['supervisor'] {
    return this.#present?.settings.supervisor;
  }

  /** Takes all services out of the catalog, or lets them come back; before anything runs it holds for what comes. */
  toggleMaintenance(): void {
    this.withSupervisor((supervisor) => supervisor.setMaintenance(!supervisor.maintenance));
  }

  /** Does something with the supervisor, now or as soon as there is one. */
  withSupervisor(act: (supervisor: Supervisor) => void): void {
    if (this.supervisor === undefined) this.#awaitSupervisor.push(act);
    else act(this.supervisor);
  }

  /** The supervisor; undefined where there is nothing to supervise, or not yet. */
  get supervisor(): Supervisor | undefined {
    return this.#supervision?.supervisor;
  }

  /** Runs until told to stop, or with `once` until all is done, or until what is supervised has ended; returns how things stood then. */
  async run(first: Prepared, signal: AbortSignal): Promise<Standing> {
    const { once, dry } = this.#options;
    if (!once && !dry) {
      void import('../process/left-pipes.ts').then(({ removeLeftPipes }) => removeLeftPipes());
    }
    // What orphans leave behind is ours as process 1.
    const reaper = process.pid === 1 ? await beginReaper(this.#options) : undefined;
    const over = new AbortController();
    let next: Prepared | undefined = first;
    let standing = this.standing();
    let failure: unknown;
    const endAll = (reason: unknown): void => {
      // The first counts: what ends because of it ends well.
      failure ??= reason;
      over.abort();
    };
    this.#rendering.begin((error) => {
      failure ??= error;
      void this.#stopSupervision().then(() => over.abort());
    });
    const onStop = (): void => void this.#stopSupervision().then(() => over.abort());
    signal.addEventListener('abort', onStop);
    // Who asks nothing has no socket and no timer: Node would end.
    const hold = setInterval(() => undefined, LONGEST_TIMER_MS);
    const thrift = this.#beginThrift();
    if (signal.aborted) over.abort();
    try {
      while (next !== undefined && !over.signal.aborted) {
        // From here on a reload ends this generation, even before it has begun to work.
        const generation = new AbortController();
        this.#endGeneration = () => generation.abort();
        const ending = AbortSignal.any([over.signal, generation.signal]);
        if (this.#next === next) this.#next = undefined;
        // One that came before the first began.
        else if (this.#next !== undefined) generation.abort();
        const watcher = await this.#rendering.watcherFor(next, this.#present);
        await this.#present?.lease.release();
        const present = await this.#goOver(next);
        if (this.#controlPlane === undefined) await this.#serve(present.settings);
        await this.#supervise(present, watcher, endAll, signal);
        await this.#rendering.run(present, watcher, ending, () => {
          // Before it lets go of its queries: with them goes why they were not answered.
          standing = this.standing();
          return { anotherFollows: this.#next !== undefined };
        });
        next = this.#next;
        if (next === undefined && !over.signal.aborted && this.#runsWhenDone(present, standing)) {
          await this.#supervise(present, watcher, endAll, signal, true);
          void this.#supervision?.filesReady();
          await whenAborted(ending);
          next = this.#next;
        }
      }
    } finally {
      clearInterval(hold);
      thrift?.stop();
      signal.removeEventListener('abort', onStop);
      await this.#stopSupervision();
      // Whoever wonders what a stop waits for can ask until now.
      await this.#controlPlane?.close();
      await this.#rendering.stop();
      await this.#present?.lease.release();
      if (this.#present !== undefined)
        // The renderer's half has closed its slots.
        await letGo({ ...this.#present, catalog: undefined, slots: undefined });
      await reaper?.stop();
    }
    if (failure instanceof Error) throw failure;
    return standing;
  }

  /** A run that ends by itself takes what memory it needs. */
  #beginThrift(): Thrift | undefined {
    const { once, saveMemory: save, clock } = this.#options;
    return once || save === undefined ? undefined : new Thrift({ bus: this.bus, clock, save });
  }

  /** Makes these settings the present ones. What reaches the catalog stays with the supervisor that works with it. */
  async #goOver(next: Prepared): Promise<Prepared> {
    const before = this.#present;
    const keeps = before?.registrar !== undefined || before?.locks !== undefined;
    if (before !== undefined && keeps) {
      await letGo({ ...next, catalog: undefined, slots: undefined });
      this.#present = { ...next, registrar: before.registrar, locks: before.locks };
    } else {
      this.#present = next;
    }
    this.bus.emit('config:adopted', { targets: next.targets.length });
    return this.#present;
  }

  /** Whether a run that renders once goes on with a process: everything came out well. */
  #runsWhenDone({ settings }: Prepared, standing: Standing): boolean {
    const { once, dry } = this.#options;
    if (!once || dry || settings.supervisor?.filesFirst !== true) return false;
    const { failures, commandFailures, waiting } = standing;
    return failures.length + commandFailures.length + waiting.length === 0;
  }

  async #supervise(
    present: Prepared,
    watcher: Watcher,
    onEnd: (failure: unknown) => void,
    signal: AbortSignal,
    isDone = !this.#options.once,
  ): Promise<void> {
    const settings = present.settings.supervisor;
    if (settings === undefined || !isDone || this.#options.dry || signal.aborted) return;
    if (this.#supervision !== undefined) {
      // Beside the renderer, which needs not wait for jobs that stop.
      void this.#supervision.supervisor.replace(settings);
      this.#supervision.moveRecord(this.#controlPlane?.socketPath);
      return;
    }
    const { makeSupervision } = await import('./supervision.ts');
    this.#supervision = await makeSupervision(
      {
        ...{ settings, watcher, options: this.#options, bus: this.bus },
        environment: environmentFor(this.#options.environment, present.settings),
        ...{ registrar: present.registrar, locks: present.locks, reloads: this.#rendering.reloads },
        renderAgain: (source) => this.#rendering.renderAgain(source),
        mask: (text) => this.#rendering.mask(text),
      },
      this.#controlPlane?.socketPath,
      signal,
    );
    if (this.#supervision === undefined) return;
    this.#supervision.begin(onEnd);
    for (const act of this.#awaitSupervisor.splice(0)) act(this.#supervision.supervisor);
  }

  /** Lets others look and ask, where these settings or systemd want that. */
  async #serve(settings: Settings): Promise<void> {
    const { once, dry, environment } = this.#options;
    const { control, telemetry } = settings;
    const wanted =
      control !== undefined || telemetry !== undefined || environment.NOTIFY_SOCKET !== undefined;
    if (once || dry || !wanted) return;
    const { ControlPlane } = await import('./control-plane.ts');
    this.#controlPlane ??= await ControlPlane.create({
      ...{ options: this.#options, bus: this.bus },
      supervises: () => this.supervised !== undefined,
      supervised: () => this.supervisor,
      rendering: () => this.#rendering.parts(),
      reload: (by) => this.reload(by),
    });
    await this.#controlPlane.apply(settings);
  }

  async #stopSupervision(): Promise<void> {
    await this.#supervision?.stop();
  }

  /** Goes over to other settings, keeping what they have in common with the present ones. */
  async #replace(prepared: Prepared): Promise<void> {
    try {
      if (this.#controlPlane === undefined) await this.#serve(prepared.settings);
      else await this.#controlPlane.apply(prepared.settings);
    } catch (error) {
      await letGo(prepared);
      await prepared.lease.release();
      throw error;
    }
    const overtaken = this.#next;
    this.#next = prepared;
    this.#endGeneration();
    if (overtaken === undefined) return;
    await letGo(overtaken);
    await overtaken.lease.release();
  }
}

async function beginReaper({ clock, logger }: DaemonOptions): Promise<Begun<Reaper>> {
  const { Reaper } = await import('../process/reaper.ts');
  const { loadLibc } = await import('../process/libc.ts');
  return begin(new Reaper({ loadLibc, clock, logger }));
}
