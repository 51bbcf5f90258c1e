import type { CatalogTraffic } from '../catalog/catalog.ts';
import type {
  CommandStatus,
  Controlled,
  JobStatus,
  QueryCounts,
  ServiceStatus,
  TargetStatus,
  WatchStatus,
} from './controlled.ts';
import { reasonsAgainstReadiness } from './readiness.ts';

/** Who answers: what does not change while the program runs. */
export interface Identity {
  readonly version: string;
  readonly pid: number;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
}

/** All that can be seen of a running program; the answer to `GET /v1/status`. */
export interface StatusReport extends Identity {
  readonly ready: boolean;
  /** Why it is not ready, as sentences. */
  readonly notReady: readonly string[];
  /** Absent where nothing is supervised. */
  readonly phase?: string;
  readonly maintenance?: boolean;
  readonly role?: 'leader' | 'follower';
  readonly jobs: readonly JobStatus[];
  readonly services: readonly ServiceStatus[];
  readonly watches: readonly WatchStatus[];
  readonly targets: readonly TargetStatus[];
  readonly commands: readonly CommandStatus[];
  readonly queries: QueryCounts;
  /** How the catalog's server is asked; absent where it keeps no connections. */
  readonly connections?: CatalogTraffic;
}

/** Puts together how everything stands now. */
export function statusReport(controlled: Controlled, identity: Identity): StatusReport {
  const supervised = controlled.supervised()?.snapshot();
  const notReady = reasonsAgainstReadiness(controlled);
  const connections = controlled.connections();
  return {
    ...identity,
    ready: notReady.length === 0,
    notReady,
    ...(supervised !== undefined && {
      phase: supervised.phase,
      maintenance: supervised.maintenance,
    }),
    ...(supervised?.role !== undefined && { role: supervised.role }),
    jobs: supervised?.jobs ?? [],
    services: supervised?.services ?? [],
    watches: supervised?.watches ?? [],
    targets: controlled.files()?.targets ?? [],
    commands: controlled.commands(),
    queries: controlled.queries(),
    ...(connections !== undefined && { connections }),
  };
}

/**
 * The same in the shape of ContainerPilot 3's `/status`, whose names it keeps, with more beside them. It is for a port that others
 * may reach: what checks printed is left out.
 */
export function publicStatus(report: StatusReport): Readonly<Record<string, unknown>> {
  return {
    Version: report.version,
    Ready: report.ready,
    ...(report.phase !== undefined && { Phase: report.phase, Maintenance: report.maintenance }),
    ...(report.role !== undefined && { Role: report.role }),
    Jobs: report.jobs.map((job) => ({
      Name: job.name,
      Status: job.status,
      Role: job.role,
      State: job.state,
      Restarts: job.restarts,
      ...(job.pid !== undefined && { Pid: job.pid }),
      ...(job.startedAt !== undefined && { StartedAt: new Date(job.startedAt).toISOString() }),
      ...(job.lastEnd !== undefined && { LastEnd: job.lastEnd }),
    })),
    Services: report.services.map((service) => ({
      Name: service.name,
      Address: service.address,
      Port: service.port,
      Status: service.status,
      Id: service.id,
      Registered: service.registered,
    })),
    Watches: report.watches.map(({ name }) => name),
    WatchStates: report.watches.map((watch) => ({
      Name: watch.name,
      Status: watch.status,
      ...(watch.instances !== undefined && { Instances: watch.instances }),
    })),
    Targets: report.targets.map(({ label, state, driftedSince, keptFrom }) => ({
      Name: label,
      State: state,
      ...(driftedSince !== undefined && { Drifted: true }),
      ...(keptFrom !== undefined && { Degraded: true }),
    })),
    Queries: {
      Fresh: report.queries.fresh,
      Held: report.queries.held,
      Suspect: report.queries.suspect,
      Unanswered: report.queries.unanswered,
    },
    ...(report.connections !== undefined && {
      Connections: {
        Server: report.connections.server,
        Protocol: report.connections.protocol,
        Open: report.connections.sockets,
        AtMost: report.connections.maxSockets,
        ...(report.connections.granted !== undefined && { Granted: report.connections.granted }),
        Requests: report.connections.exchanges,
      },
    }),
  };
}
