import type { HealthReport, HealthStatus, Registrar, ServiceEntry } from '../catalog/registrar.ts';
import type { Bus } from '../core/bus.ts';
import { Deadline, orAborted } from '../core/deadline.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { CancelTimer, Clock } from '../core/time.ts';

/** What a registration works with. */
export interface RegistrationOptions {
  readonly entry: ServiceEntry;
  readonly registrar: Registrar;
  /** Registered with it before the first check; absent: the first check that passes registers. */
  readonly initialStatus?: HealthStatus;
  /**
   * How long a report holds: until the next check must have ended, which is an interval and what a check may take. So long it is
   * sent again, lest a check that takes its time lets the TTL run out.
   */
  readonly holdsForMs: number;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** A report that still holds is sent this many times in a TTL. */
const REPORTS_IN_TTL = 2;
/** How long a removal waits for a report that is on its way: if it came later, it would undo the removal. */
const SETTLE_MS = 300;
/** Nobody waits longer for a removal: what stays behind turns critical by itself, and the next start corrects it. */
const REMOVE_WITHIN_MS = 1000;

/**
 * Keeps one entry in the catalog as it should be. Whoever reports is never held up: the last report counts, and is sent as soon as
 * the one before it was answered. It is sent again at half the TTL for as long as it holds, so what the catalog lost, or what others
 * changed, is put right whether or not there is news. The catalog being away is said once.
 */
export class Registration {
  readonly #options: RegistrationOptions;
  #entry: ServiceEntry;
  #latest: HealthReport | undefined;
  /** For how long the latest report is to be sent again. */
  #holdsMs = 0;
  #cancelRefresh: CancelTimer = () => undefined;
  /** Whether the entry may be in the catalog: it was well once, and was not taken out since. */
  #wanted = false;
  #registered = false;
  #sending: Promise<void> | undefined;
  #again = false;
  #abort = new AbortController();
  #inTrouble = false;
  /** Entries under other ids, with their names, that are to be removed once the present one is there. */
  readonly #outdated = new Map<string, string>();

  constructor(options: RegistrationOptions) {
    this.#options = options;
    this.#entry = options.entry;
  }

  /** What the catalog should hold. */
  get entry(): ServiceEntry {
    return this.#entry;
  }

  /** Whether the catalog holds it, as far as was heard. */
  get registered(): boolean {
    return this.#registered;
  }

  /** The health that was reported last. */
  get status(): HealthStatus | undefined {
    return this.#latest?.status;
  }

  /** Registers with the initial status, where there is one. */
  begin(): void {
    const { initialStatus } = this.#options;
    if (initialStatus === undefined || this.#wanted) return;
    this.#wanted = true;
    this.report({ status: initialStatus, output: 'not checked yet' });
  }

  /** What a check found. The first good news register. `holdsForMs` says otherwise than the options how long it holds. */
  report(report: HealthReport, holdsForMs = this.#options.holdsForMs): void {
    this.#latest = report;
    this.#holdsMs = holdsForMs;
    if (report.status !== 'critical') this.#wanted = true;
    if (this.#wanted) this.#send();
  }

  /** Goes over to another entry: a name or tags that follow a role, another address. The new one is there before the old one goes. */
  change(entry: ServiceEntry): void {
    if (entry.id !== this.#entry.id) this.#outdated.set(this.#entry.id, this.#entry.name);
    this.#outdated.delete(entry.id);
    this.#entry = entry;
    if (this.#wanted && this.#latest !== undefined) this.#send();
  }

  /** Takes the entry out of the catalog, and keeps it out until the next good report. Never rejects, and takes a second at the most. */
  async withdraw(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const wasWanted = this.#wanted;
    this.#wanted = false;
    this.#again = false;
    this.#cancelRefresh();
    if (!wasWanted && this.#sending === undefined) return;
    const limit = new Deadline(clock, REMOVE_WITHIN_MS, signal);
    try {
      await this.#settle(limit.signal);
      await this.#removeAll(limit.signal);
    } catch (error) {
      this.#sayLeftBehind(limit.isLate ? 'the catalog did not answer' : describeError(error));
    } finally {
      limit.close();
      this.#registered = false;
    }
  }

  /** Waits a moment for the report that is on its way, and then gives it up. */
  async #settle(signal: AbortSignal): Promise<void> {
    if (this.#sending === undefined) return;
    const patience = new Deadline(this.#options.clock, SETTLE_MS, signal);
    await orAborted(this.#sending, patience.signal);
    patience.close();
    this.#abort.abort();
    this.#abort = new AbortController();
  }

  async #removeAll(signal: AbortSignal): Promise<void> {
    const { bus, logger, registrar } = this.#options;
    const { id, name } = this.#entry;
    const all = new Map([...this.#outdated, [id, name]]);
    await Promise.all([...all.keys()].map((each) => registrar.deregister(each, signal)));
    this.#outdated.clear();
    if (!this.#registered) return;
    logger.info(`${name} left the catalog`, { service: id });
    bus.emit('service:deregistered', { id, name });
  }

  #sayLeftBehind(reason: string): void {
    const { id } = this.#entry;
    this.#options.logger.warn(
      `${id} could not be taken out of the catalog: ${reason}; its check will turn critical by itself`,
      { service: id },
    );
  }

  #send(): void {
    this.#again = true;
    this.#sending ??= this.#sendAll().finally(() => (this.#sending = undefined));
  }

  async #sendAll(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      const report = this.#latest;
      if (!this.#wanted || report === undefined) return;
      this.#armRefresh();
      await this.#keep(report);
    }
  }

  /** Counted in timers: the machine's clock may be set while the report holds. */
  #armRefresh(): void {
    this.#cancelRefresh();
    const afterMs = this.#entry.check.ttlMs / REPORTS_IN_TTL;
    this.#cancelRefresh = this.#options.clock.setTimer(() => {
      this.#holdsMs -= afterMs;
      if (this.#holdsMs > 0) this.#send();
    }, afterMs);
  }

  async #keep(report: HealthReport): Promise<void> {
    const { registrar, bus, logger } = this.#options;
    const entry = this.#entry;
    const { signal } = this.#abort;
    try {
      const kept = await registrar.keep(entry, report, signal);
      if (signal.aborted) return;
      if (kept !== 'kept') {
        const how = { registered: 'is in the catalog', corrected: 'was corrected in the catalog' };
        logger.info(`${entry.name} ${how[kept]}, at ${entry.address}:${entry.port}`, {
          service: entry.id,
        });
        bus.emit('service:registered', { id: entry.id, name: entry.name });
      }
      this.#registered = true;
      if (this.#inTrouble) logger.info(`${entry.id}: the catalog takes reports again`);
      this.#inTrouble = false;
      await this.#removeOutdated(signal);
    } catch (error) {
      if (signal.aborted) return;
      if (!this.#inTrouble) {
        logger.warn(
          `${entry.id} could not be reported to the catalog: ${describeError(error)}; every check tries again`,
          { service: entry.id },
        );
      }
      this.#inTrouble = true;
    }
  }

  async #removeOutdated(signal: AbortSignal): Promise<void> {
    const { registrar, bus } = this.#options;
    for (const [id, name] of this.#outdated) {
      await registrar.deregister(id, signal);
      this.#outdated.delete(id);
      bus.emit('service:deregistered', { id, name });
    }
  }
}
