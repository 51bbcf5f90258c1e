import { isIPv6 } from 'node:net';
import type { Locks } from '../catalog/locks.ts';
import type { Registrar } from '../catalog/registrar.ts';
import { begin, type Actor, type Begun } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import { nearest } from '../core/nearest.ts';
import type { Clock } from '../core/time.ts';
import { startProcess } from '../process/long-process.ts';
import type { Watcher } from '../watch/watcher.ts';
import { ChildVariables } from './child-variables.ts';
import { Departure } from './departure.ts';
import { Election } from './election.ts';
import { exitCodeOf } from './exit-code.ts';
import { Happenings } from './happenings.ts';
import type { OutputSink } from './job-output.ts';
import {
  checkJobs,
  createMember,
  currentEntry,
  jobSnapshot,
  serviceSnapshot,
  type Member,
  type MemberParts,
} from './member.ts';
import { Reactions } from './reactions.ts';
import type { Happening, JobSettings, SupervisorSettings } from './settings.ts';
import type { Phase, SupervisorSnapshot } from './snapshot.ts';
import { isLate } from './stop-order.ts';
import { ownMark, sweepStale } from './sweep.ts';
import { waitForServices } from './wait-for.ts';

/** What a supervisor works with. */
export interface SupervisorOptions {
  readonly settings: SupervisorSettings;
  readonly watcher: Watcher;
  /** Absent where the catalog takes no services. */
  readonly registrar: Registrar | undefined;
  readonly locks: Locks | undefined;
  /** Renders the targets of a source anew. */
  readonly render: (source: string) => Promise<void>;
  /** Fills in a name or a tag that follows the role. */
  readonly renderName: (text: string, values: Readonly<Record<string, string>>) => string;
  /** Fills in what the words of a main command say of its environment. */
  readonly fillIn: MemberParts['fillIn'];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly hostname: string;
  readonly sink: OutputSink;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/**
 * Keeps processes and their registration true: starts the jobs of a config, watches over them, and takes them down in order. It ends
 * by itself when its main job does, or all its jobs.
 */
export class Supervisor implements Actor {
  readonly name = 'supervisor';
  readonly #options: SupervisorOptions;
  readonly #happenings: Happenings;
  readonly #variables: ChildVariables;
  readonly #departure: Departure;
  readonly #reactions: Reactions;
  readonly #memberParts: MemberParts;
  readonly #members = new Map<string, Member>();
  readonly #stopped = new AbortController();
  #settings: SupervisorSettings;
  #phase: Phase = 'starting';
  #maintenance = false;
  #election: Begun<Election> | undefined;
  #replacing: Promise<void> = Promise.resolve();
  /** Jobs that a reload stops: their end is not the program's. */
  readonly #replaced = new Set<string>();
  #end: () => void = () => undefined;
  #preStartCode: number | undefined;

  constructor(options: SupervisorOptions) {
    const { settings, bus, clock, logger, environment, watcher } = options;
    this.#options = options;
    this.#settings = settings;
    this.#happenings = new Happenings(bus);
    this.#variables = new ChildVariables(environment, settings.childVariables);
    this.#departure = new Departure({
      members: () => [...this.#members.values()],
      settings: () => this.#settings,
      ...{ happenings: this.#happenings, clock, logger },
    });
    this.#memberParts = {
      ...{ clock, logger, bus, happenings: this.#happenings, variables: this.#variables },
      ...{ sink: options.sink, registrar: options.registrar, hostname: options.hostname },
      start: startProcess,
      dialect: settings.childVariables,
      mark: ownMark(options.hostname),
      role: () => this.#election?.actor.role,
      ...{ renderName: options.renderName, fillIn: options.fillIn },
      withdraw: (job) => this.#departure.withdraw(job),
      onDone: (job) => this.#done(job.settings),
    };
    this.#reactions = new Reactions({
      ...{ watcher, clock, logger, render: options.render },
      announce: (happening) => this.#happenings.announce(happening),
      environment: () => this.#variables.environment(),
      untilWell: async (job) => await this.#members.get(job)?.presence?.untilWell(),
      signalJob: (job, signal) => this.#member(job).job.signal(signal),
      restartJob: (job) => this.#member(job).job.restart(),
    });
  }

  /** Makes sure that settings can be run. Throws an AutotmplError (`config`). */
  static async check(
    settings: SupervisorSettings,
    registrar: Registrar | undefined,
    locks: Locks | undefined,
  ): Promise<void> {
    await checkJobs(settings, registrar);
    if (settings.election !== undefined && locks === undefined) {
      throw new AutotmplError('config', 'election: the catalog has no locks', {
        advice: 'use a catalog that has (consul), or leave `election` out',
      });
    }
  }

  /** The program's exit code, once `run` has ended. */
  get exitCode(): number {
    return this.#preStartCode ?? exitCodeOf(this.#members.values());
  }

  /** Whether all services are out of the catalog for maintenance. */
  get maintenance(): boolean {
    return this.#maintenance;
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
      await this.#sweep(ending);
      await waitForServices(this.#settings.waitFor, this.#options, ending);
      if (await this.#runPreStart(ending)) await this.#begin(ending);
      await untilAborted(ending, this.#preStartCode);
    } finally {
      this.#phase = 'stopping';
      this.#stopped.abort();
      const reactionsEnded = this.#reactions.stop();
      await this.#departure.stopAll();
      await this.#election?.stop();
      await reactionsEnded;
      this.#phase = 'stopped';
    }
  }

  /** Something happened that jobs may wait for: the renderer is ready, a signal came. */
  announce(happening: Happening): void {
    this.#happenings.announce(happening);
  }

  /** Somebody does not want to wait for the stop: the first time hooks and drains are cut short, then what is left is killed. */
  hurry(): void {
    this.#departure.hurry();
  }

  /** Kills everything in this moment; whoever calls this is about to end without being able to wait. */
  abandon(): void {
    for (const { job } of this.#members.values()) job.abandon();
  }

  /** Takes all services out of the catalog, or lets them come back with their next good check. */
  setMaintenance(on: boolean): void {
    if (on === this.#maintenance) return;
    this.#maintenance = on;
    this.#options.logger.info(
      on ? 'maintenance begins: all services leave the catalog' : 'maintenance ends',
    );
    for (const member of this.#members.values()) this.#applyMaintenance(member);
    if (on) this.#reactions.hold();
    else this.#releaseReactions();
    this.#happenings.announce({
      source: 'global',
      code: on ? 'enterMaintenance' : 'exitMaintenance',
    });
  }

  /** Changes what later children find in their environment; `null` takes a variable away. */
  putEnvironment(values: Readonly<Record<string, string | null>>): void {
    this.#variables.put(values);
  }

  /** Signals the main job's group; returns whether there was anybody. */
  signalMain(signal: NodeJS.Signals): boolean {
    const main = [...this.#members.values()].find(({ settings }) => settings.role === 'main');
    return main?.job.signal(signal) ?? false;
  }

  /** Signals a job's group; returns whether there was anybody. Throws an AutotmplError where there is no such job. */
  signalJob(name: string, signal: NodeJS.Signals): boolean {
    return this.#member(name).job.signal(signal);
  }

  /** Starts a job now, whatever it waits for. */
  async startJob(name: string): Promise<void> {
    const { job, presence } = this.#member(name);
    presence?.resume();
    job.start();
  }

  /** Takes a job down; resolves when it is done. Stopping the main job ends the program. */
  async stopJob(name: string): Promise<void> {
    await this.#member(name).job.stop(this.#departure.limit);
  }

  /** Replaces a job's process by another. */
  async restartJob(name: string): Promise<void> {
    const { job, presence } = this.#member(name);
    if (job.state.name === 'done') presence?.resume();
    job.restart();
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
    const members = [...this.#members.values()];
    const role = this.#election?.actor.role;
    return {
      phase: this.#phase,
      maintenance: this.#maintenance,
      ...(role === undefined ? {} : { role }),
      jobs: members.map((member) => jobSnapshot(member, this.#maintenance)),
      services: members.flatMap((member) => serviceSnapshot(member, this.#maintenance) ?? []),
      watches: this.#reactions.snapshot(),
    };
  }

  async #sweep(signal: AbortSignal): Promise<void> {
    const { registrar, hostname, clock, logger } = this.#options;
    const kept = this.#settings.jobs.flatMap(
      (job) => currentEntry(job, this.#memberParts)?.id ?? [],
    );
    if (registrar === undefined || kept.length === 0) return;
    // Beside the start: a catalog that is away holds nothing up.
    void sweepStale({ registrar, hostname, kept: new Set(kept), clock, logger }, signal);
  }

  /** Returns whether the others may start. */
  async #runPreStart(ending: AbortSignal): Promise<boolean> {
    for (const settings of this.#settings.jobs.filter(({ role }) => role === 'preStart')) {
      if (ending.aborted) return false;
      const { job } = this.#add(settings);
      job.begin();
      const stop = (): void => void job.stop(this.#departure.limit);
      ending.addEventListener('abort', stop);
      await job.done();
      ending.removeEventListener('abort', stop);
      const code = job.exitCode ?? 0;
      if (code !== 0 || ending.aborted) {
        this.#preStartCode = code;
        if (!ending.aborted) {
          this.#options.logger.error(
            `${settings.name} failed with ${code}: nothing else is started`,
            {
              job: settings.name,
            },
          );
        }
        return false;
      }
    }
    return !ending.aborted;
  }

  async #begin(ending: AbortSignal): Promise<void> {
    const { election, watches, jobs } = this.#settings;
    this.#phase = 'running';
    const members = jobs.filter(({ role }) => role !== 'preStart').map((job) => this.#add(job));
    if (election !== undefined) this.#beginElection();
    for (const member of members) this.#beginMember(member);
    this.#happenings.announce({ source: 'global', code: 'startup' });
    if (ending.aborted) return;
    await this.#reactions.use(watches);
    this.#releaseReactions();
    this.#endIfComplete();
  }

  #add(settings: JobSettings): Member {
    const member = createMember(settings, this.#memberParts);
    this.#members.set(settings.name, member);
    return member;
  }

  #beginMember(member: Member): void {
    this.#applyMaintenance(member);
    member.job.begin(() => this.#maintenance);
    if (member.settings.role === 'main') {
      this.#happenings.on(member.settings.name, 'started', () => this.#releaseReactions());
    }
  }

  #applyMaintenance({ presence }: Member): void {
    if (this.#maintenance) void presence?.withdraw(this.#stopped.signal);
    else presence?.resume();
  }

  /** Nobody is told of changes before the main process runs: it starts with what is there then. */
  #releaseReactions(): void {
    if (this.#maintenance || this.#phase !== 'running') return;
    const main = [...this.#members.values()].find(({ settings }) => settings.role === 'main');
    if (main === undefined || main.job.state.runs > 0) this.#reactions.release();
  }

  #beginElection(): void {
    const { locks, watcher, clock, bus, logger, hostname } = this.#options;
    const { election } = this.#settings;
    if (election === undefined || locks === undefined) return;
    this.#election = begin(
      new Election({
        settings: election,
        ...{ locks, watcher, clock, bus, logger },
        value: this.#ballot(hostname),
        announce: (code) => this.#happenings.announce({ source: 'election', code }),
        onRole: (role, leader) => {
          this.#variables.tellRole(role, leader);
          this.#followRole();
        },
      }),
    );
  }

  /** What others read in the key while we lead: whom to ask, and where. */
  #ballot(hostname: string): string {
    const advertised = [...this.#members.values()]
      .filter(({ presence }) => presence?.registration !== undefined)
      .toSorted(
        (one, other) =>
          Number(other.settings.role === 'main') - Number(one.settings.role === 'main'),
      );
    const entry = advertised[0]?.presence?.registration?.entry;
    const { id = hostname, address = '', port } = entry ?? {};
    const place = isIPv6(address) ? `[${address}]` : address;
    return JSON.stringify({
      id,
      hostname,
      ...(place === '' ? {} : { address: `${place}:${port}` }),
    });
  }

  /** Entries whose name or tags have the role in them change with it. */
  #followRole(): void {
    for (const { settings, presence } of this.#members.values()) {
      const registration = presence?.registration;
      if (registration === undefined) continue;
      try {
        const entry = currentEntry(settings, this.#memberParts, registration.entry.address);
        if (entry === undefined || JSON.stringify(entry) === JSON.stringify(registration.entry))
          continue;
        registration.change(entry);
      } catch (error) {
        // The election must not break because of a name.
        this.#options.logger.error(`${settings.place}: ${describeError(error)}`, {
          job: settings.name,
        });
      }
    }
  }

  #done({ name, role }: JobSettings): void {
    if (this.#replaced.has(name)) return;
    if (role === 'main') this.#end();
    else this.#endIfComplete();
  }

  /** The program is over when nobody is left who may do anything by itself. */
  #endIfComplete(): void {
    if (this.#phase !== 'running') return;
    const workers = [...this.#members.values()].filter(
      (member) => member.settings.role !== 'coprocess' && !isHook(member) && !isLate(member),
    );
    if (workers.length === 0 || workers.some(({ settings }) => settings.role === 'main')) return;
    if (workers.every((member) => member.job.state.name === 'done' || this.#isHopeless(member)))
      this.#end();
  }

  /** It waits for something that a job which is done will not announce any more. */
  #isHopeless({ settings: { when }, job }: Member): boolean {
    if (job.state.name !== 'waiting' || when.kind !== 'event') return false;
    return this.#members.get(when.source)?.job.state.name === 'done';
  }

  async #replace(settings: SupervisorSettings): Promise<void> {
    if (this.#phase === 'stopping' || this.#phase === 'stopped') return;
    const votes = JSON.stringify(this.#settings.election) !== JSON.stringify(settings.election);
    this.#settings = settings;
    // What is there is made of these settings later.
    if (this.#phase === 'starting') return;
    const wanted = new Map(
      settings.jobs.filter(({ role }) => role !== 'preStart').map((job) => [job.name, job]),
    );
    const outdated = [...this.#members.values()].filter(
      ({ settings: { name, role, fingerprint } }) =>
        role !== 'preStart' && wanted.get(name)?.fingerprint !== fingerprint,
    );
    for (const { settings: job } of outdated) this.#replaced.add(job.name);
    await Promise.all(outdated.map(({ job }) => job.stop(this.#departure.limit)));
    for (const { settings: job } of outdated) {
      this.#members.delete(job.name);
      this.#replaced.delete(job.name);
    }
    if (this.#isStopping()) return;
    const added = [...wanted.values()].filter(({ name }) => !this.#members.has(name));
    for (const member of added.map((job) => this.#add(job))) this.#beginMember(member);
    if (votes) {
      await this.#election?.stop();
      this.#election = undefined;
      this.#beginElection();
    }
    await this.#reactions.use(settings.watches);
    this.#releaseReactions();
    this.#endIfComplete();
  }

  #isStopping(): boolean {
    return this.#phase === 'stopping' || this.#phase === 'stopped';
  }

  #member(name: string): Member {
    const member = this.#members.get(name);
    if (member !== undefined) return member;
    const known = [...this.#members.keys()];
    const near = nearest(name, known);
    throw new AutotmplError('usage', `there is no job called ${JSON.stringify(name)}`, {
      advice: near === undefined ? `jobs are: ${known.join(', ')}` : `did you mean ${near}?`,
    });
  }
}

function isHook({ settings: { role } }: Member): boolean {
  return role === 'preStart' || role === 'preStop' || role === 'postStop';
}

async function untilAborted(signal: AbortSignal, preStartCode: number | undefined): Promise<void> {
  if (signal.aborted || preStartCode !== undefined) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
