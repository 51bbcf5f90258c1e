import type { HealthReport, HealthStatus, Registrar, ServiceEntry } from '../catalog/registrar.ts';
import type { Bus } from '../core/bus.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';

/** What a registration works with. */
export interface RegistrationOptions {
  readonly entry: ServiceEntry;
  readonly registrar: Registrar;
  /** Registered with it before the first check; absent: the first check that passes registers. */
  readonly initialStatus?: HealthStatus;
  readonly clock: Clock;
  readonly bus: Bus;
  readonly logger: Logger;
}

/** How long a removal waits for a report that is on its way: if it came later, it would undo the removal. */
const SETTLE_MS = 300;
/** Nobody waits longer for a removal: what stays behind turns critical by itself, and the next start corrects it. */
const REMOVE_WITHIN_MS = 1000;

/**
 * Keeps one entry in the catalog as it should be. Whoever reports is never held up: the last report counts, and is sent as soon as
 * the one before it was answered. The catalog being away is said once, and each report tries again.
 */
export class Registration {
  readonly #options: RegistrationOptions;
  #entry: ServiceEntry;
  #latest: HealthReport | undefined;
  /** Whether the entry may be in the catalog: it was well once, and was not taken out since. */
  #wanted = false;
  #registered = false;
  #sending: Promise<void> | undefined;
  #again = false;
  #abort = new AbortController();
  #inTrouble = false;
  /** Entries under other ids that are to be removed once the present one is there. */
  #outdated = new Set<string>();

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

  /** What a check found. The first good news register. */
  report(report: HealthReport): void {
    this.#latest = report;
    if (report.status !== 'critical') this.#wanted = true;
    if (this.#wanted) this.#send();
  }

  /** Goes over to another entry: a name or tags that follow a role, another address. The new one is there before the old one goes. */
  change(entry: ServiceEntry): void {
    if (entry.id !== this.#entry.id) this.#outdated.add(this.#entry.id);
    this.#outdated.delete(entry.id);
    this.#entry = entry;
    if (this.#wanted && this.#latest !== undefined) this.#send();
  }

  /** Takes the entry out of the catalog, and keeps it out until the next good report. Never rejects, and takes a second at the most. */
  async withdraw(signal: AbortSignal): Promise<void> {
    const { bus, logger, registrar, clock } = this.#options;
    const wasWanted = this.#wanted;
    this.#wanted = false;
    this.#again = false;
    if (!wasWanted && this.#sending === undefined) return;
    await Promise.race([this.#sending, clock.sleep(SETTLE_MS, signal)]);
    this.#abort.abort();
    this.#abort = new AbortController();
    const ids = [this.#entry.id, ...this.#outdated];
    const late = new AbortController();
    const cancel = clock.setTimer(
      () => late.abort(new Error('the catalog did not answer')),
      REMOVE_WITHIN_MS,
    );
    try {
      const limit = AbortSignal.any([signal, late.signal]);
      await Promise.all(ids.map((id) => registrar.deregister(id, limit)));
      this.#outdated = new Set();
      if (this.#registered) {
        logger.info(`${this.#entry.name} left the catalog`, { service: this.#entry.id });
        bus.emit('service:deregistered', { id: this.#entry.id, name: this.#entry.name });
      }
    } catch (error) {
      logger.warn(
        `${this.#entry.id} could not be taken out of the catalog: ${describeError(error)}; its check will turn critical by itself`,
        { service: this.#entry.id },
      );
    } finally {
      cancel();
      this.#registered = false;
    }
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
      await this.#keep(report);
    }
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
    for (const id of this.#outdated) {
      await this.#options.registrar.deregister(id, signal);
      this.#outdated.delete(id);
    }
  }
}
