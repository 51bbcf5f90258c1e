import type { HealthReport, HealthStatus } from '../catalog/registrar.ts';
import { begin, type Begun } from '../core/actor.ts';
import type { HealthCheck } from './health-check.ts';
import type { Happenings } from './happenings.ts';
import type { Registration } from './registration.ts';

/** What is checked and advertised for a job while it runs. */
export interface JobPresence {
  /** Checks, and advertises what is well. */
  begin(): void;
  /** Stops checking, and tells the catalog that its process is gone; `why` is for people. */
  pause(why: string): void;
}

/** What a presence works with. */
export interface PresenceOptions {
  readonly job: string;
  /** Absent: its health is not told to anybody but other jobs. */
  readonly registration: Registration | undefined;
  /** Makes the check anew; it calls back with what it found. */
  readonly makeCheck: (onReport: (report: HealthReport) => void) => HealthCheck;
  readonly happenings: Happenings;
  /** Whether `healthy` and `unhealthy` are announced at each check, as ContainerPilot 3 does, or only when they change. */
  readonly announceEach: boolean;
  readonly now: () => number;
  /** Called when {@link Presence.isWell} changed. */
  readonly onWellness: () => void;
}

/** Why a presence is kept out of the catalog. One does not end the other. */
export type Absence = 'maintenance' | 'departure';

/** The last check of a job, for those who look. */
export interface LastCheck extends HealthReport {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** What others see of a job: its health, by a check that runs while the job does, and its entry in the catalog. */
export class Presence implements JobPresence {
  readonly registration: Registration | undefined;
  readonly #options: PresenceOptions;
  #check: Begun<HealthCheck> | undefined;
  #isHealthy: boolean | undefined;
  #lastCheck: LastCheck | undefined;
  #wanted = false;
  readonly #absences = new Set<Absence>();
  #isWell = false;
  /** Whether the process that runs was well at any time. */
  #wasWell = false;
  readonly #whenWell: (() => void)[] = [];

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.registration = options.registration;
  }

  /** What the last check found. */
  get lastCheck(): LastCheck | undefined {
    return this.#lastCheck;
  }

  /** The health as it was found last; undefined before the first check. */
  get status(): HealthStatus | undefined {
    return this.#lastCheck?.status;
  }

  /** Whether its process runs, its last check found nothing critical, and it is not in maintenance. */
  get isWell(): boolean {
    return this.#isWell;
  }

  begin(): void {
    this.#wanted = true;
    if (this.#absences.size > 0 || this.#check !== undefined) return;
    this.registration?.begin();
    this.#check = begin(this.#options.makeCheck((report) => this.#take(report)));
  }

  pause(why: string): void {
    if (!this.#wanted) return;
    this.#wanted = false;
    void this.#endCheck();
    this.#wasWell = false;
    this.#setWell(false);
    for (const tell of this.#whenWell.splice(0)) tell();
    // What was neither checked nor advertised so far is not news to anybody.
    const isKnown = this.#lastCheck !== undefined || this.registration?.status !== undefined;
    // It holds until a process is checked again.
    if (this.#absences.size === 0 && isKnown)
      this.#take({ status: 'critical', output: why }, Infinity);
  }

  /** Resolves when the process that runs was well once, or does not run any more: a program that comes up may not bear a signal yet. */
  untilWell(): Promise<void> {
    if (this.#wasWell || !this.#wanted) return Promise.resolve();
    return new Promise((resolve) => this.#whenWell.push(resolve));
  }

  /** Takes it out of the catalog, and keeps it out until {@link resume}; its checks rest. */
  async withdraw(absence: Absence, signal: AbortSignal): Promise<void> {
    this.#absences.add(absence);
    if (absence === 'maintenance') this.#setWell(false);
    void this.#endCheck();
    await this.registration?.withdraw(signal);
  }

  /** One absence ends. After the last it is checked again, at once where its job runs; the first good news register. */
  resume(absence: Absence): void {
    this.#absences.delete(absence);
    if (this.#wanted) this.begin();
  }

  #take(report: HealthReport, holdsForMs?: number): void {
    const { job, happenings, announceEach, now } = this.#options;
    this.#lastCheck = { ...report, atMs: now() };
    if (this.#absences.size === 0) this.registration?.report(report, holdsForMs);
    const isHealthy = report.status !== 'critical';
    if (isHealthy) {
      this.#wasWell = true;
      for (const tell of this.#whenWell.splice(0)) tell();
    }
    this.#setWell(isHealthy && this.#wanted);
    const changed = isHealthy !== this.#isHealthy;
    this.#isHealthy = isHealthy;
    if (changed || announceEach) {
      happenings.announce({ source: job, code: isHealthy ? 'healthy' : 'unhealthy' });
    }
  }

  #setWell(isWell: boolean): void {
    if (isWell === this.#isWell) return;
    this.#isWell = isWell;
    this.#options.onWellness();
  }

  async #endCheck(): Promise<void> {
    const check = this.#check;
    this.#check = undefined;
    await check?.stop();
  }
}
