import { orAborted } from '../../src/core/deadline.ts';
import type { HealthReport, Kept, Registrar, ServiceEntry } from '../../src/catalog/registrar.ts';

/** What a catalog holds of an entry. */
export interface HeldEntry {
  readonly entry: ServiceEntry;
  readonly report: HealthReport;
}

/** A registrar that only remembers: what it holds, and every call in its order. It fails and hangs when a test says so. */
export class RecordingRegistrar implements Registrar {
  /** `keep app-1 passing`, `deregister app-1`, as they came. */
  readonly calls: string[] = [];
  readonly held = new Map<string, HeldEntry>();
  /** Entries that others left behind. */
  readonly strangers: Pick<ServiceEntry, 'id' | 'name' | 'meta'>[] = [];
  /** What every call fails with while it is there. */
  trouble: Error | undefined;
  /** Calls wait for this, or until they are aborted. */
  answering: Promise<void> = Promise.resolve();

  async keep(entry: ServiceEntry, report: HealthReport, signal: AbortSignal): Promise<Kept> {
    await this.#call(`keep ${entry.id} ${report.status}`, signal);
    const before = this.held.get(entry.id);
    this.held.set(entry.id, { entry, report });
    if (before === undefined) return 'registered';
    return JSON.stringify(before.entry) === JSON.stringify(entry) ? 'kept' : 'corrected';
  }

  async deregister(id: string, signal: AbortSignal): Promise<void> {
    await this.#call(`deregister ${id}`, signal);
    this.held.delete(id);
    const at = this.strangers.findIndex((stranger) => stranger.id === id);
    if (at >= 0) this.strangers.splice(at, 1);
  }

  async entries(
    signal: AbortSignal,
  ): Promise<readonly Pick<ServiceEntry, 'id' | 'name' | 'meta'>[]> {
    await this.#call('entries', signal);
    return [...this.strangers, ...[...this.held.values()].map(({ entry }) => entry)];
  }

  close(): void {
    this.calls.push('close');
  }

  async #call(what: string, signal: AbortSignal): Promise<void> {
    this.calls.push(what);
    await orAborted(this.answering, signal);
    signal.throwIfAborted();
    if (this.trouble !== undefined) throw this.trouble;
  }
}
