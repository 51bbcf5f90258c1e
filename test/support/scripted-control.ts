import type { CatalogTraffic } from '../../src/catalog/catalog.ts';
import type {
  CommandStatus,
  Controlled,
  FilesSnapshot,
  JobStatus,
  QueryCounts,
  ReleaseResult,
  ReloadResult,
  Supervised,
  SupervisedSnapshot,
} from '../../src/control/controlled.ts';

/** A job as a snapshot has it: a main job that runs and is well, where nothing else is said. */
export function jobStatus(differs: Partial<JobStatus> = {}): JobStatus {
  return {
    name: 'web',
    role: 'main',
    state: 'running',
    status: 'healthy',
    hasCheck: true,
    pid: 4242,
    startedAt: 0,
    restarts: 0,
    ...differs,
  };
}

/** A program under control whose state a test sets by hand; it notes what it was asked for, in order. */
export class ScriptedControlled implements Controlled, Supervised {
  readonly asked: unknown[][] = [];
  isSupervised = true;
  isThere = true;
  present: SupervisedSnapshot = {
    phase: 'running',
    maintenance: false,
    jobs: [jobStatus()],
    services: [],
    watches: [],
  };
  presentFiles: FilesSnapshot | undefined;
  presentCommands: readonly CommandStatus[] = [];
  presentQueries: QueryCounts = { fresh: 0, held: 0, suspect: 0, unanswered: 0 };
  presentConnections: CatalogTraffic | undefined;
  reloadResult: ReloadResult = { ok: true };
  releaseResult: ReleaseResult | undefined;
  isAnybodyThere = true;
  /** Thrown by what is asked of a job. */
  jobError: Error | undefined;
  /** What stopping a job waits for. */
  stopped: Promise<void> = Promise.resolve();

  isAssembled(): boolean {
    return this.isThere;
  }

  supervised(): Supervised | undefined {
    return this.isSupervised ? this : undefined;
  }

  files(): FilesSnapshot | undefined {
    return this.presentFiles;
  }

  commands(): readonly CommandStatus[] {
    return this.presentCommands;
  }

  queries(): QueryCounts {
    return this.presentQueries;
  }

  connections(): CatalogTraffic | undefined {
    return this.presentConnections;
  }

  release(target: string): ReleaseResult | undefined {
    this.asked.push(['release', target]);
    return this.releaseResult;
  }

  async reload(by: string): Promise<ReloadResult> {
    this.asked.push(['reload', by]);
    return this.reloadResult;
  }

  snapshot(): SupervisedSnapshot {
    return this.present;
  }

  setMaintenance(on: boolean): void {
    this.asked.push(['maintenance', on]);
  }

  putEnvironment(values: Readonly<Record<string, string | null>>): void {
    this.asked.push(['environment', values]);
  }

  signalJob(name: string, signal: NodeJS.Signals): boolean {
    this.asked.push(['signal', name, signal]);
    return this.isAnybodyThere;
  }

  startJob(name: string): Promise<void> {
    return this.#job('start', name);
  }

  async stopJob(name: string): Promise<void> {
    await this.#job('stop', name);
    await this.stopped;
  }

  restartJob(name: string): Promise<void> {
    return this.#job('restart', name);
  }

  async #job(verb: string, name: string): Promise<void> {
    if (this.jobError !== undefined) throw this.jobError;
    this.asked.push([verb, name]);
  }
}
