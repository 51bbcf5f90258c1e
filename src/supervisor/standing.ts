import type { Job } from './job.ts';
import type { Member } from './member.ts';
import type { Presence } from './presence.ts';
import { describeEnd } from './run-end.ts';
import type { JobSettings } from './settings.ts';
import type { JobSnapshot, PublicStatus, ServiceSnapshot, SupervisorSnapshot } from './snapshot.ts';

/** How everybody stands, and whose entries are how in the catalog. */
export function standingOf(
  members: readonly Member[],
  maintenance: boolean,
): Pick<SupervisorSnapshot, 'jobs' | 'services'> {
  return {
    jobs: members.map((member) => jobSnapshot(member, maintenance)),
    services: members.flatMap((member) => serviceSnapshot(member, maintenance) ?? []),
  };
}

/** How a job stands. */
function jobSnapshot({ settings, job, presence }: Member, maintenance: boolean): JobSnapshot {
  const { state, pid } = job;
  const lastCheck = presence?.lastCheck;
  return {
    name: settings.name,
    role: settings.role,
    state: state.name,
    status: statusOf(job, presence, maintenance),
    hasCheck: settings.health !== undefined,
    ...(pid === undefined ? {} : { pid, startedAt: job.startedAtMs }),
    restarts: Math.max(0, state.runs - 1),
    ...(state.lastEnd === undefined ? {} : { lastEnd: describeEnd(state.lastEnd) }),
    ...(lastCheck === undefined
      ? {}
      : {
          lastCheck: { status: lastCheck.status, output: lastCheck.output, at: lastCheck.atMs },
        }),
    ...waitingFor(settings, state.name),
  };
}

/** How its entry stands; undefined where it is not advertised. */
function serviceSnapshot(
  { job, presence }: Member,
  maintenance: boolean,
): ServiceSnapshot | undefined {
  const registration = presence?.registration;
  if (registration === undefined) return undefined;
  const { id, name, address, port } = registration.entry;
  const status = statusOf(job, presence, maintenance);
  return { id, name, address, port, status, registered: registration.registered };
}

function statusOf(job: Job, presence: Presence | undefined, maintenance: boolean): PublicStatus {
  if (job.state.name === 'done') return 'completed';
  if (maintenance && presence?.registration !== undefined) return 'maintenance';
  const status = presence?.status;
  if (status !== undefined) return status === 'critical' ? 'unhealthy' : 'healthy';
  return 'unknown';
}

function waitingFor({ when }: JobSettings, state: string): { waitingFor?: string } {
  if (state === 'resting') return { waitingFor: 'its next run is waited for' };
  if (state !== 'waiting') return {};
  if (when.kind === 'event') {
    // A signal is its own source.
    const event = when.code === when.source ? when.code : `${when.code} of ${when.source}`;
    return { waitingFor: `${event} is waited for` };
  }
  return {
    waitingFor:
      when.kind === 'interval' ? 'its first interval is waited for' : 'the start is waited for',
  };
}
