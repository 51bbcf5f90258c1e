import { readdirSync } from 'node:fs';
import type { Bus } from '../core/bus.ts';
import type { Clock } from '../core/time.ts';
import type { Controlled } from './controlled.ts';
import { Instruments, type PromClient } from './instruments.ts';
import { isWell, reasonsAgainstReadiness } from './readiness.ts';
import type { Identity } from './status-report.ts';
import { UserMetrics } from './user-metrics.ts';

/** What metrics are made of. */
export interface MetricsParts {
  readonly controlled: Controlled;
  readonly identity: Identity;
  readonly bus: Bus;
  readonly clock: Clock;
}

/** Makes metrics; the package for them is loaded now, and by nobody else. */
export async function createMetrics(parts: MetricsParts): Promise<Metrics> {
  return new Metrics(parts, await import('prom-client'));
}

/**
 * Numbers for Prometheus: what happens is counted as the bus tells of it, how things stand is asked when somebody looks. The
 * user's own are beside ours.
 */
export class Metrics {
  readonly user: UserMetrics;
  readonly #parts: MetricsParts;
  readonly #instruments: Instruments;
  readonly #silence: readonly (() => void)[];

  constructor(parts: MetricsParts, client: PromClient) {
    this.#parts = parts;
    this.#instruments = new Instruments(client);
    this.user = new UserMetrics(client, this.#instruments.registry);
    const { version, startedAt } = parts.identity;
    this.#instruments.set('build', 1, { version, node: process.versions.node });
    this.#instruments.set('processStart', startedAt / 1000);
    this.#silence = [...this.#countSupervision(parts.bus), ...this.#countFiles(parts.bus)];
  }

  /** Prometheus' text format, version 0.0.4. */
  get contentType(): string {
    return this.#instruments.registry.contentType;
  }

  /** All metrics as they are now. */
  async text(): Promise<string> {
    this.#look();
    return this.#instruments.registry.metrics();
  }

  /** A request at the control socket was answered. */
  requestAnswered(code: number, path: string): void {
    this.#instruments.count('controlRequests', { code, path });
    this.#instruments.count('containerpilotRequests', { code, path });
  }

  /** A sensor's command gave no number. */
  sensorFailed(sensor: string): void {
    this.#instruments.count('sensorFailures', { sensor });
  }

  /** Listens no more. */
  close(): void {
    for (const silence of this.#silence) silence();
  }

  #countSupervision(bus: Bus): (() => void)[] {
    const numbers = this.#instruments;
    return [
      bus.on('supervisor:happened', ({ code, source }) => {
        numbers.count('events', { code, source });
        numbers.count('containerpilotEvents', { code, source });
      }),
      bus.on('job:ended', ({ job, exitCode, signal }) => {
        numbers.count('jobExits', { job, how: wayOut(exitCode, signal) });
      }),
      bus.on('check:ended', ({ job, status, durationMs, timedOut }) => {
        numbers.count('checks', { job, status });
        if (timedOut) numbers.count('checkTimeouts', { job });
        numbers.took('checkSeconds', durationMs, { job });
      }),
      bus.on('signal:received', ({ signal, action }) =>
        numbers.count('signals', { signal, action }),
      ),
      bus.on('lock:changed', ({ key, held }) => numbers.set('lockHeld', held ? 1 : 0, { key })),
    ];
  }

  #countFiles(bus: Bus): (() => void)[] {
    const numbers = this.#instruments;
    return [
      bus.on('target:rendered', ({ target }) => numbers.count('targetRenders', { target })),
      bus.on('target:leftOut', ({ target, count }) =>
        numbers.set('targetLeftOut', count, { target }),
      ),
      bus.on('target:failed', ({ target }) => numbers.count('targetFailures', { target })),
      bus.on('target:written', ({ target }) => {
        numbers.count('targetWrites', { target });
        numbers.set('targetWrittenAt', this.#parts.clock.timeOfDay() / 1000, { target });
      }),
      bus.on('target:drifted', ({ target, restored }) =>
        numbers.count('targetDrifts', { target, restored: String(restored) }),
      ),
      bus.on('target:held', ({ target, guards = [] }) => {
        for (const guard of guards) numbers.count('guardObjections', { target, guard });
      }),
      bus.on('target:released', ({ target, by }) =>
        numbers.count('targetReleases', { target, by }),
      ),
      bus.on('guard:evaluated', ({ target, guard, passed }) =>
        numbers.count('guardVerdicts', {
          ...{ target, guard },
          result: passed ? 'passed' : 'objected',
        }),
      ),
      bus.on('query:changed', () => numbers.count('queryChanges')),
      bus.on('query:held', () => numbers.count('queryTroubles')),
      bus.on('target:rolledBack', ({ target }) => numbers.count('rollbacks', { target })),
      bus.on('probe:ended', ({ ok }) => numbers.count('probes', { result: ok ? 'ok' : 'failed' })),
      bus.on('query:suspected', () => numbers.count('queryDoubts')),
      bus.on('command:ended', ({ ok, durationMs }) => {
        numbers.count('commands', { result: ok ? 'ok' : 'failed' });
        numbers.took('commandSeconds', durationMs);
      }),
      bus.on('config:reloaded', ({ ok }) =>
        numbers.count('reloads', { result: ok ? 'taken' : 'refused' }),
      ),
    ];
  }

  #look(): void {
    this.#lookAtProcess();
    this.#lookAtFiles();
    this.#lookAtJobs();
  }

  #lookAtProcess(): void {
    const numbers = this.#instruments;
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    numbers.recount('processCpu', (user + system) / 1e6);
    numbers.set('processMemory', rss);
    numbers.set('heapUsed', heapUsed);
    numbers.set('heapTotal', heapTotal);
    const files = openFiles();
    if (files !== undefined) numbers.set('processFiles', files);
  }

  #lookAtFiles(): void {
    const numbers = this.#instruments;
    const { controlled } = this.#parts;
    const targets = controlled.files()?.targets ?? [];
    for (const state of ['current', 'waiting', 'failing', 'held'] as const) {
      const count = targets.filter((target) => target.state === state).length;
      numbers.set('targets', count, { state });
    }
    const drifted = targets.filter(({ driftedSince }) => driftedSince !== undefined);
    numbers.set('targetsDrifted', drifted.length);
    const owed = controlled.commands().filter((command) => command.state === 'owed');
    numbers.set('reloadsOwed', owed.length);
    numbers.clear('targetHeld');
    for (const { label, heldBy } of targets) {
      if (heldBy !== undefined) numbers.set('targetHeld', 1, { target: label, by: heldBy });
    }
    const now = this.#parts.clock.timeOfDay();
    const ages = targets.flatMap(({ keptFrom }) => (keptFrom === undefined ? [] : now - keptFrom));
    numbers.set('targetsDegraded', ages.length);
    numbers.set('keptAnswerAge', Math.max(0, ...ages) / 1000);
    const waiting = controlled.commands().filter((command) => command.state === 'waiting');
    numbers.set('reloadsWaiting', waiting.length);
    for (const [state, count] of Object.entries(controlled.queries())) {
      numbers.set('queries', count as number, { state });
    }
    // What was learnt of the server may have changed the protocol.
    numbers.clear('connections', 'connectionsLimit', 'requestsUnderWay');
    numbers.clear('queriesVisited', 'keysTogether', 'prefixWatches');
    const traffic = controlled.connections();
    if (traffic === undefined) return;
    const { server, protocol, sockets, maxSockets, exchanges, visited, collapsed } = traffic;
    numbers.set('connections', sockets, { server, protocol });
    numbers.set('connectionsLimit', maxSockets, { server, protocol });
    numbers.set('requestsUnderWay', exchanges, { server, protocol });
    if (visited !== undefined) {
      numbers.set('queriesVisited', visited.inRounds, { server, when: 'rounds' });
      numbers.set('queriesVisited', visited.whenRung, { server, when: 'change' });
    }
    if (collapsed === undefined) return;
    numbers.set('keysTogether', collapsed.keys, { server });
    numbers.set('prefixWatches', collapsed.groups, { server });
  }

  #lookAtJobs(): void {
    const numbers = this.#instruments;
    const { controlled } = this.#parts;
    numbers.set('ready', reasonsAgainstReadiness(controlled).length === 0 ? 1 : 0);
    const supervised = controlled.supervised()?.snapshot();
    numbers.set('maintenance', supervised?.maintenance === true ? 1 : 0);
    // Told whole each time: a reload may have taken some of them away.
    numbers.clear('jobState', 'jobHealthy', 'jobRestarts', 'serviceRegistered');
    numbers.clear('watchInstances', 'containerpilotInstances', 'leader');
    if (supervised === undefined) return;
    if (supervised.role !== undefined) numbers.set('leader', supervised.role === 'leader' ? 1 : 0);
    for (const job of supervised.jobs) {
      numbers.set('jobState', 1, { job: job.name, state: job.state });
      numbers.set('jobHealthy', isWell(job) ? 1 : 0, { job: job.name });
      numbers.set('jobRestarts', job.restarts, { job: job.name });
    }
    for (const { name, id, registered } of supervised.services) {
      numbers.set('serviceRegistered', registered ? 1 : 0, { service: name, id });
    }
    for (const { name, instances } of supervised.watches) {
      if (instances === undefined) continue;
      numbers.set('watchInstances', instances, { watch: name });
      numbers.set('containerpilotInstances', instances, { service: name.replace(/^watch\./, '') });
    }
  }
}

function wayOut(exitCode: number | undefined, signal: string | undefined): string {
  if (signal !== undefined) return 'signal';
  if (exitCode === undefined) return 'notStarted';
  return exitCode === 0 ? 'success' : 'failed';
}

function openFiles(): number | undefined {
  try {
    // One is the folder itself, open while it is read.
    return readdirSync('/proc/self/fd').length - 1;
  } catch {
    return undefined;
  }
}
