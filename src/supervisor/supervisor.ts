import type { Actor } from '../core/actor.ts';
import { AutotmplError } from '../core/errors.ts';
import { whenAborted } from '../core/deadline.ts';
import { assemble, type Assembly, type SupervisorOptions } from './assembly.ts';
import { isComplete } from './completion.ts';
import { exitCodeOf } from './exit-code.ts';
import type { StopLimit } from './budget.ts';
import { longestStartMs } from './longest-start.ts';
import { createMember, currentEntry, restartMember, startMember, type Member } from './member.ts';
import { runPreStart } from './pre-start.ts';
import type { EventSignal, Happening } from './happening.ts';
import type { JobSettings, SupervisorSettings } from './settings.ts';
import type { Phase, SupervisorSnapshot } from './snapshot.ts';
import { standingOf } from './standing.ts';
import { sweepStale } from './sweep.ts';
import { waitForServices } from './wait-for.ts';

/**
 * Keeps processes and their registration true: starts the jobs of a config, watches over them, and takes them down in order. It ends
 * by itself when its main job does, or all its jobs.
 */
export class Supervisor implements Actor {
  readonly name = 'supervisor';
  readonly #options: SupervisorOptions;
  readonly #parts: Assembly;
  #settings: SupervisorSettings;
  #phase: Phase = 'starting';
  #startedBy = Infinity;
  #replacing: Promise<void> = Promise.resolve();
  #end: () => void = () => undefined;
  /** Ends the wait for the start of a main job. */
  #forgetMain: () => void = () => undefined;
  #preStartCode: number | undefined;
  readonly #early: EventSignal[] = [];

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#parts = assemble(options, {
      settings: () => this.#settings,
      onDone: (job) => this.#done(job.settings),
    });
  }

  /** The program's exit code, once `run` has ended. */
  get exitCode(): number {
    return this.#preStartCode ?? exitCodeOf(this.#parts.roster.all);
  }

  /** Whether all services are out of the catalog for maintenance. */
  get maintenance(): boolean {
    return this.#parts.maintenance.on;
  }

  /**
   * Runs until told to stop, or until there is nothing left to supervise; then everything was taken down in order. Rejects with an
   * AutotmplError where a service that it has to wait for did not come in time.
   */
  async run(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    this.#end = () => over.abort();
    const ending = AbortSignal.any([signal, over.signal]);
    try {
      this.#startedBy = this.#options.clock.now() + longestStartMs(this.#settings);
      await this.#sweep(ending);
      await waitForServices(this.#settings.waitFor, this.#options, ending);
      await this.#runPreStart(ending);
      if (!ending.aborted && this.#preStartCode === undefined) await this.#begin(ending);
      if (this.#preStartCode === undefined) await whenAborted(ending);
    } finally {
      this.#phase = 'stopping';
      this.#parts.maintenance.stop();
      this.#parts.candidacy.settle();
      const reactionsEnded = this.#parts.reactions.stop();
      await this.#parts.departure.stopAll();
      await this.#parts.candidacy.stop();
      await reactionsEnded;
      this.#phase = 'stopped';
    }
  }

  /** Something happened that jobs may wait for: the renderer is ready, a signal came. */
  announce(happening: Happening): void {
    this.#parts.happenings.announce(happening);
  }

  /** The renderer wrote a batch of files: those of these destinations. */
  filesWritten(files: readonly string[]): void {
    this.#parts.reactions.filesWritten(files);
  }

  /** A signal came that jobs may wait for; one that came before there are any, comes once there are. */
  signalled(signal: EventSignal): void {
    if (this.#phase === 'starting') this.#early.push(signal);
    else this.announce({ source: signal, code: signal });
  }

  /** Somebody does not want to wait for the stop: the first time hooks and drains are cut short, then what is left is killed. */
  hurry(): void {
    this.#parts.departure.hurry();
  }

  /** Kills everything in this moment; whoever calls this is about to end without being able to wait. */
  abandon(): void {
    for (const { job } of this.#parts.roster.all) job.abandon();
  }

  /** Takes all services out of the catalog, or lets them come back with their next good check. */
  setMaintenance(on: boolean): void {
    if (!this.#parts.maintenance.set(on)) return;
    if (on) this.#parts.reactions.hold();
    else this.#releaseReactions();
    this.#parts.happenings.announce({
      source: 'global',
      code: on ? 'enterMaintenance' : 'exitMaintenance',
    });
  }

  /** Changes what later children find in their environment; `null` takes a variable away. */
  putEnvironment(values: Readonly<Record<string, string | null>>): void {
    this.#parts.variables.put(values);
  }

  /** Signals the main job's group; returns whether there was anybody. */
  signalMain(signal: NodeJS.Signals): boolean {
    return this.#parts.roster.main?.job.signal(signal) ?? false;
  }

  /** The main job is ended by this signal, and not by its own. */
  stopMainBy(signal: NodeJS.Signals): void {
    this.#parts.roster.main?.job.stopBy(signal);
  }

  /** Signals a job's group; returns whether there was anybody. Throws an AutotmplError where there is no such job. */
  signalJob(name: string, signal: NodeJS.Signals): boolean {
    return this.#parts.roster.named(name).job.signal(signal);
  }

  /** Starts a job now, whatever it waits for. */
  async startJob(name: string): Promise<void> {
    startMember(this.#startable(name));
  }

  /** Takes a job down; resolves when it is done. Stopping the main job ends the program. */
  async stopJob(name: string): Promise<void> {
    await this.#parts.roster.named(name).job.stop(this.#parts.departure.limit);
  }

  /** Replaces a job's process by another. */
  async restartJob(name: string): Promise<void> {
    restartMember(this.#startable(name));
  }

  /**
   * Goes over to other settings. Jobs and watches that stayed as they were are not touched; those that changed are stopped in order,
   * and then started as they are now. Check the settings before.
   */
  replace(settings: SupervisorSettings): Promise<void> {
    const replaced = this.#replacing.then(() => this.#replace(settings));
    this.#replacing = replaced.catch(() => undefined);
    return replaced;
  }

  /** How all of it stands. */
  snapshot(): SupervisorSnapshot {
    const { role } = this.#parts.candidacy;
    const dueBy = this.#isStopping() ? this.#parts.departure.dueBy : this.#startedBy;
    return {
      phase: this.#phase,
      ...(Number.isFinite(dueBy) && { dueBy }),
      maintenance: this.maintenance,
      ...(role === undefined ? {} : { role }),
      ...standingOf(this.#parts.roster.all, this.maintenance),
      watches: this.#parts.reactions.snapshot(),
    };
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { registrar, hostname, clock, logger } = this.#options;
    const kept = this.#settings.jobs.flatMap(
      (job) => currentEntry(job, this.#parts.memberParts)?.id ?? [],
    );
    if (registrar === undefined || kept.length === 0) return;
    // Beside the start: a catalog that is away holds nothing up.
    void sweepStale({ registrar, hostname, kept: new Set(kept), clock, logger }, signal);
  }

  async #runPreStart(ending: AbortSignal): Promise<void> {
    const { logger } = this.#options;
    const add = (settings: JobSettings): Member => this.#add(settings);
    const limit = (): StopLimit => this.#parts.departure.limit;
    this.#preStartCode = await runPreStart(this.#settings.jobs, { add, limit, logger }, ending);
  }

  async #begin(ending: AbortSignal): Promise<void> {
    const { election, watches, jobs } = this.#settings;
    this.#phase = 'running';
    const members = jobs.filter(({ role }) => role !== 'preStart').map((job) => this.#add(job));
    this.#parts.candidacy.begin(election);
    for (const member of members) this.#beginMember(member);
    this.#parts.happenings.announce({ source: 'global', code: 'startup' });
    for (const signal of this.#early.splice(0)) this.signalled(signal);
    if (ending.aborted) return;
    await this.#parts.reactions.use(watches);
    this.#releaseReactions();
    this.#endIfComplete();
  }

  #add(settings: JobSettings): Member {
    const member = createMember(settings, this.#parts.memberParts);
    this.#parts.roster.add(member);
    return member;
  }

  #beginMember(member: Member): void {
    this.#parts.maintenance.applyTo(member);
    member.job.begin(() => this.maintenance);
    if (member.settings.role === 'main') {
      this.#forgetMain();
      this.#forgetMain = this.#parts.happenings.on(member.settings.name, 'started', () =>
        this.#releaseReactions(),
      );
    }
  }

  /** Nobody is told of changes before the main process runs: it starts with what is there then. */
  #releaseReactions(): void {
    if (this.maintenance || this.#phase !== 'running') return;
    const { main } = this.#parts.roster;
    if (main === undefined || main.job.state.runs > 0) this.#parts.reactions.release();
  }

  #done({ name, role }: JobSettings): void {
    if (this.#parts.roster.isLeaving(name)) return;
    if (role === 'main') this.#end();
    else this.#endIfComplete();
  }

  /** Without a main job, the program is over when nobody is left who may do anything. */
  #endIfComplete(): void {
    if (this.#phase === 'running' && isComplete(this.#parts.roster.all)) this.#end();
  }

  async #replace(settings: SupervisorSettings): Promise<void> {
    if (this.#phase === 'stopping' || this.#phase === 'stopped') return;
    const votes = JSON.stringify(this.#settings.election) !== JSON.stringify(settings.election);
    this.#settings = settings;
    // What is there is made of these settings later.
    if (this.#phase === 'starting') return;
    const added = await this.#parts.roster.goOver(settings.jobs, this.#parts.departure.limit);
    if (this.#isStopping()) return;
    for (const member of added.map((job) => this.#add(job))) this.#beginMember(member);
    this.#parts.candidacy.look();
    if (votes) {
      await this.#parts.candidacy.stop();
      this.#parts.candidacy.begin(settings.election);
    }
    await this.#parts.reactions.use(settings.watches);
    this.#releaseReactions();
    this.#endIfComplete();
  }

  /** Throws an AutotmplError once the program stops: what was started then would be left behind. */
  #startable(name: string): Member {
    const member = this.#parts.roster.named(name);
    if (!this.#isStopping()) return member;
    throw new AutotmplError('usage', `${name} is not started: the program stops`);
  }

  #isStopping(): boolean {
    return this.#phase === 'stopping' || this.#phase === 'stopped';
  }
}
