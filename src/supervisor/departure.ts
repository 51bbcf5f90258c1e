import { Deadline, orAborted, whenAborted } from '../core/deadline.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { Budget, type StopLimit } from './budget.ts';
import type { Happenings } from './happenings.ts';
import type { Job } from './job.ts';
import type { Member } from './member.ts';
import type { SupervisorSettings } from './settings.ts';
import { isLate, isTask, lateJobsOf, stopWaves } from './stop-order.ts';

/** What departures work with. */
export interface DepartureParts {
  readonly members: () => readonly Member[];
  readonly settings: () => SupervisorSettings;
  readonly happenings: Happenings;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A task has this long from its stop signal to KILL: nobody waits for it. */
const TASK_GRACE_MS = 500;

/** How jobs go: one by one while the program runs, and all of them, in order and within one budget, at its end. */
export class Departure {
  readonly #parts: DepartureParts;
  readonly #budget: Budget;
  #hurries = 0;
  /** While a wave of jobs is stopped. */
  #gate: Gate | undefined;

  constructor(parts: DepartureParts) {
    this.#parts = parts;
    this.#budget = new Budget(parts.clock);
  }

  /** What a stop that begins now may take. */
  get limit(): StopLimit {
    return { leftMs: this.#budget.leftMs, hurried: this.#budget.hurried };
  }

  /** When the stop of everything is over at the latest, in milliseconds since the epoch; Infinity where there is no limit. */
  get dueBy(): number {
    return this.#budget.endsAtMs;
  }

  /** Cuts every wait short; the second time kills whoever is left at once. */
  hurry(): void {
    this.#hurries += 1;
    this.#budget.hurry();
    if (this.#hurries > 1) for (const { job } of this.#parts.members()) job.abandon();
  }

  /** Does what has to come before a job's stop signal: its entry leaves the catalog, and whoever waits for its `stopping` runs. */
  async withdraw(job: Job): Promise<void> {
    const member = this.#parts.members().find((one) => one.job === job);
    if (this.#parts.settings().stopOrder === 'deregisterFirst') {
      await this.#leaveCatalog(member);
      await this.#announceStopping(job);
    } else {
      await this.#announceStopping(job);
      await this.#leaveCatalog(member);
      await this.#gate?.wait(job, this.#hurried());
    }
  }

  /** Stops everything; resolves when nothing of it runs any more. */
  async stopAll(): Promise<void> {
    const { members, settings, happenings } = this.#parts;
    const { stopTimeoutMs, stopOrder } = settings();
    this.#budget.begin(stopTimeoutMs);
    happenings.announce({ source: 'global', code: 'shutdown' });
    const tasks = members().filter(isTask);
    const late = members().filter(isLate);
    const others = members().filter((member) => !tasks.includes(member) && !late.includes(member));
    const tasksEnded = Promise.all(
      tasks.map(({ job }) => job.stop({ ...this.limit, leftMs: TASK_GRACE_MS })),
    );
    if (stopOrder === 'deregisterFirst') {
      await Promise.all(members().map((member) => this.#leaveCatalog(member)));
    }
    for (const wave of stopWaves(others)) {
      await this.#letLateEnd(late, wave);
      const gate = new Gate(wave.map(({ job }) => job));
      this.#gate = gate;
      await Promise.all(
        wave.map(async ({ job }) => {
          await job.stop(this.limit);
          // Not every job has something to withdraw.
          gate.pass(job);
        }),
      );
      this.#gate = undefined;
    }
    await tasksEnded;
    await this.#endLate(late);
    this.#budget.close();
  }

  /** Coprocesses are there for all others, a postStop that needs the agent among them: they are stopped when it has ended, if they have the time. */
  async #letLateEnd(late: readonly Member[], wave: readonly Member[]): Promise<void> {
    if (!wave.every(({ settings: { role } }) => role === 'coprocess')) return;
    const idle = Promise.all(late.map(({ job }) => job.idle())).then(() => undefined);
    const limitMs = Math.min(...wave.map(({ job }) => this.#hookLimitMs(job)));
    await this.#within(idle, limitMs, this.#budget.hurried);
  }

  /** Whoever runs because something stopped (postStop) has what is left of the budget. */
  async #endLate(late: readonly Member[]): Promise<void> {
    const { clock } = this.#parts;
    const over = new AbortController();
    const idle = Promise.all(late.map(({ job }) => job.idle()));
    const waits = [idle, this.#insisted()];
    const { leftForLastMs } = this.#budget;
    if (leftForLastMs < Infinity) waits.push(clock.sleep(leftForLastMs, over.signal));
    await Promise.race(waits);
    over.abort();
    await Promise.all(late.map(({ job }) => job.stop({ ...this.limit, leftMs: 0 })));
  }

  async #leaveCatalog(member: Member | undefined): Promise<void> {
    const presence = member?.presence;
    if (presence === undefined) return;
    const wasRegistered = presence.registration?.registered === true;
    await presence.withdraw('departure', new AbortController().signal);
    const drainMs = member?.settings.service?.drainMs ?? 0;
    if (!wasRegistered || drainMs <= 0 || this.#budget.hurried.aborted) return;
    // Whoever has our address from the catalog may still come: we serve on for this long.
    await this.#parts.clock.sleep(Math.min(drainMs, this.#budget.leftMs), this.#budget.hurried);
  }

  /** Lets those run who wait for this moment, and waits for their end. */
  async #announceStopping(job: Job): Promise<void> {
    const { members, happenings, logger } = this.#parts;
    const { name } = job.settings;
    const all = lateJobsOf(name, 'stopping', members());
    // Of a process that is gone already, nobody can take leave: ContainerPilot runs no preStop then.
    const skipped = all.filter(
      ({ settings: { role } }) => role === 'preStop' && !job.state.hasProcess,
    );
    await Promise.all(skipped.map((member) => member.job.stop()));
    happenings.announce({ source: name, code: 'stopping' });
    const running = all.filter((member) => !skipped.includes(member));
    if (running.length === 0) return;
    const idle = Promise.all(running.map((member) => member.job.idle()));
    if (await this.#endInTime(idle, job)) return;
    const names = running.map(({ settings }) => settings.name).join(', ');
    logger.warn(`${names} took too long before the stop of ${name}, and is ended`, { job: name });
    await Promise.all(running.map((member) => member.job.stop({ ...this.limit, leftMs: 0 })));
  }

  /** Whether the hooks of a job end in the time that they have. If the program's stop begins meanwhile, it limits them anew. */
  async #endInTime(idle: Promise<unknown>, job: Job): Promise<boolean> {
    const { begun, hurried } = this.#budget;
    const over = new AbortController();
    const ended = idle.then(() => over.abort());
    if (!begun.aborted) await this.#within(ended, this.#hookLimitMs(job), begun);
    if (begun.aborted && !over.signal.aborted)
      await this.#within(ended, this.#hookLimitMs(job), hurried);
    return over.signal.aborted;
  }

  async #within(work: Promise<void>, limitMs: number, cut: AbortSignal): Promise<void> {
    if (limitMs === Infinity) return orAborted(work, cut);
    const limit = new Deadline(this.#parts.clock, limitMs, cut);
    await orAborted(work, limit.signal);
    limit.close();
  }

  /**
   * ContainerPilot 2 sets no limit, 3 means its job's; ours is the budget, less what the process itself may need. One that may need
   * all of it leaves half: it is still ended in time, and a hook that is killed as it starts is none.
   */
  #hookLimitMs({ settings: { stopTimeoutMs, stoppingTimeoutMs } }: Job): number {
    const settings = this.#parts.settings();
    if (settings.childVariables === 'containerpilot3') return stoppingTimeoutMs ?? Infinity;
    const { leftMs } = this.#budget;
    return Math.max(leftMs / 2, leftMs - stopTimeoutMs);
  }

  #hurried(): Promise<void> {
    return whenAborted(this.#budget.hurried);
  }

  /** Resolves when somebody wants the end now: not by the budget, which the last hooks have a reserve of. */
  async #insisted(): Promise<void> {
    await this.#hurried();
    if (this.#hurries === 0) await new Promise<never>(() => undefined);
  }
}

/** Opens once all of a wave have come to it: one of them may be the agent that the others take their leave of. */
class Gate {
  readonly #awaited: Set<Job>;
  readonly #opened: Promise<void>;
  #open: () => void = () => undefined;

  constructor(jobs: readonly Job[]) {
    this.#awaited = new Set(jobs);
    this.#opened = new Promise((resolve) => (this.#open = resolve));
  }

  /** Waits for the others, and no longer than `limit`. Whoever is not of the wave is let through: one of them may wait for its end. */
  async wait(job: Job, limit: Promise<void>): Promise<void> {
    if (!this.#awaited.has(job)) return;
    this.pass(job);
    await Promise.race([this.#opened, limit]);
  }

  pass(job: Job): void {
    this.#awaited.delete(job);
    if (this.#awaited.size === 0) this.#open();
  }
}
