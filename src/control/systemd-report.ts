import { whenAborted } from '../core/deadline.ts';
import type { Actor } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import type { CancelTimer, Clock } from '../core/time.ts';
import type { Controlled } from './controlled.ts';
import { isWell, reasonsAgainstReadiness } from './readiness.ts';

/** What the init system is told (https://www.freedesktop.org/software/systemd/man/sd_notify.html). */
export interface Notice {
  readonly ready?: boolean;
  readonly reloading?: boolean;
  readonly stopping?: boolean;
  readonly status?: string;
  /** For how long, in milliseconds, a start or a stop goes on at least, whatever the unit's own limit is. */
  readonly extendMs?: number;
  readonly watchdog?: boolean;
}

/** Carries notices to the init system: `process/notify.ts` has one. */
export interface NoticeCarrier {
  notify(notice: Notice): void;
  /** How often at least the watchdog wants to hear from us; undefined where there is none. */
  readonly watchdogMs: number | undefined;
}

/** What a report to systemd works with. */
export interface SystemdReportOptions {
  readonly carrier: NoticeCarrier;
  readonly controlled: Controlled;
  readonly bus: Bus;
  readonly clock: Clock;
}

/** Many things happen at once; one status tells of all of them. */
const STATUS_AFTER_MS = 100;
/** How often a start or a stop that goes on says so, and how much time it asks for at a time: if we hang, systemd acts after that. */
const EXTEND_EVERY_MS = 5000;
const EXTENSION_MS = 20_000;
/** What is left after the last KILL: letting go of sockets and files. */
const LAST_STEPS_MS = 2000;

/**
 * Tells systemd how the program is: READY when `/readyz` would say so, and again after a reload; RELOADING, STOPPING, a line of
 * status, more time while a start or a stop goes on that may take so long, and the watchdog's sign of life at half of its time: while our loop turns and the supervisor answers.
 */
export class SystemdReport implements Actor {
  readonly name = 'systemd';
  readonly #options: SystemdReportOptions;
  #ready = false;
  #reloading = false;
  #stopping = false;
  #status = '';
  #cancelLook: CancelTimer | undefined;
  #cancelWatchdog: CancelTimer = () => undefined;
  #cancelExtension: CancelTimer = () => undefined;

  constructor(options: SystemdReportOptions) {
    this.#options = options;
  }

  /** Reports until told to stop, which is when the program begins to. */
  async run(signal: AbortSignal): Promise<void> {
    const { bus } = this.#options;
    const soon = (): void => this.#lookSoon();
    const silence = [
      ...(['renderer:ready', 'job:changed', 'job:ended', 'check:ended'] as const).map((name) =>
        bus.on(name, soon),
      ),
      ...(
        [
          'target:failed',
          'target:written',
          'query:held',
          'query:suspected',
          'query:recovered',
        ] as const
      ).map((name) => bus.on(name, soon)),
      bus.on('supervisor:happened', ({ source, code }) => {
        if (source === 'global' && code === 'shutdown') this.#stop();
        soon();
      }),
      bus.on('signal:received', ({ action }) => {
        if (action === 'reload') this.reloading();
      }),
      bus.on('config:reloaded', () => this.#reloaded()),
    ];
    this.#beatWatchdog();
    this.#extend();
    this.#look();
    await whenAborted(signal);
    for (const stop of silence) stop();
    this.#cancelLook?.();
    this.#cancelWatchdog();
    this.#stop();
    this.#cancelExtension();
  }

  /** A reload begins; where it is asked for by a signal, the bus tells. */
  reloading(): void {
    if (this.#reloading || this.#stopping || !this.#ready) return;
    this.#reloading = true;
    this.#tell({ reloading: true });
  }

  #reloaded(): void {
    if (!this.#reloading) return;
    this.#reloading = false;
    // Refused or taken: what runs is what was asked for, or what was there, and it runs.
    this.#tell({ ready: true });
    this.#lookSoon();
  }

  #stop(): void {
    if (this.#stopping) return;
    this.#stopping = true;
    this.#tell({ stopping: true });
    this.#extend();
  }

  #lookSoon(): void {
    this.#cancelLook ??= this.#options.clock.setTimer(() => {
      this.#cancelLook = undefined;
      this.#look();
    }, STATUS_AFTER_MS);
  }

  #look(): void {
    const { controlled } = this.#options;
    if (this.#stopping) return;
    const reasons = reasonsAgainstReadiness(controlled);
    const status = statusLine(controlled, reasons);
    if (!this.#ready && reasons.length === 0) {
      this.#ready = true;
      this.#status = status;
      this.#tell({ ready: true, status });
    } else if (status !== this.#status) {
      this.#status = status;
      this.#tell({ status });
    }
  }

  /** Asks for more time while a start or a stop goes on, as far as the config says how long it may take. */
  #extend(): void {
    const { clock, controlled } = this.#options;
    this.#cancelExtension();
    this.#cancelExtension = clock.setTimer(() => this.#extend(), EXTEND_EVERY_MS);
    // Some day it is ready, and no event needs to tell.
    if (!this.#ready) this.#lookSoon();
    const snapshot = turns(controlled) ? controlled.supervised()?.snapshot() : undefined;
    if (snapshot?.dueBy === undefined) return;
    if (snapshot.phase !== 'starting' && snapshot.phase !== 'stopping') return;
    const leftMs = snapshot.dueBy + LAST_STEPS_MS - clock.now();
    if (leftMs > 0) this.#tell({ extendMs: Math.min(leftMs, EXTENSION_MS) });
  }

  #beatWatchdog(): void {
    const { carrier, clock, controlled } = this.#options;
    const { watchdogMs } = carrier;
    if (watchdogMs === undefined) return;
    this.#cancelWatchdog = clock.setTimer(() => {
      if (turns(controlled)) this.#tell({ watchdog: true });
      this.#beatWatchdog();
    }, watchdogMs / 2);
  }

  #tell(notice: Notice): void {
    this.#options.carrier.notify(notice);
  }
}

/** A supervisor that cannot even say how it stands does not turn: then there is silence, and systemd acts. */
function turns(controlled: Controlled): boolean {
  try {
    controlled.supervised()?.snapshot();
    return true;
  } catch {
    return false;
  }
}

/** Jobs that are there for as long as the program is; hooks come and go. */
const LASTING: ReadonlySet<string> = new Set(['main', 'job', 'coprocess']);

/** One line for `systemctl status`. */
function statusLine(controlled: Controlled, reasons: readonly string[]): string {
  const parts: string[] = [];
  const jobs =
    controlled
      .supervised()
      ?.snapshot()
      .jobs.filter(({ role }) => LASTING.has(role)) ?? [];
  const well = jobs.filter(isWell).length;
  if (jobs.length > 0) parts.push(`${well} of ${jobs.length} jobs healthy`);
  const targets = controlled.files()?.targets ?? [];
  const current = targets.filter(({ state }) => state === 'current').length;
  if (targets.length > 0) parts.push(`${current} of ${targets.length} files current`);
  const { held, suspect } = controlled.queries();
  if (held > 0) parts.push(`${held} queries held`);
  if (suspect > 0) parts.push(`${suspect} queries not believed`);
  const [first] = reasons;
  if (first !== undefined) parts.push(`not ready: ${first}`);
  return parts.join(', ').replace(/[\x00-\x1f\x7f]+/g, ' ');
}
