import type { Registrar, ServiceEntry } from '../catalog/registrar.ts';
import { HealthCheck } from './health-check.ts';
import { Job, type JobParts } from './job.ts';
import { jobOutput } from './job-output.ts';
import { Presence } from './presence.ts';
import { Registration } from './registration.ts';
import { addressOf, entryOf } from './service-entry.ts';
import type {
  HealthSettings,
  JobSettings,
  ServiceSettings,
  SupervisorSettings,
} from './settings.ts';

/** One job with what others see of it. */
export interface Member {
  readonly settings: JobSettings;
  readonly job: Job;
  readonly presence: Presence | undefined;
}

/** What members are made with. */
export interface MemberParts extends Omit<JobParts, 'presence'> {
  readonly registrar: Registrar | undefined;
  readonly hostname: string;
  readonly dialect: SupervisorSettings['childVariables'];
  /** Meta of our entries: see sweep.ts. */
  readonly mark: Readonly<Record<string, string>>;
  readonly role: () => string | undefined;
  /** Called when somebody became well, or is not any more. */
  readonly onWellness: () => void;
  readonly renderName: (text: string, values: Readonly<Record<string, string>>) => string;
  /** Masks secrets in what a check printed. */
  readonly mask?: ((text: string) => string) | undefined;
}

/** A service that nobody checks is as well as its process: the catalog hears of it this many times in its time to live. */
const REPORTS_IN_TTL = 3;

/** Makes a job with its check and its entry; starts nothing. */
export function createMember(settings: JobSettings, parts: MemberParts): Member {
  const presence = createPresence(settings, parts);
  return { settings, presence, job: new Job(settings, { ...parts, presence }) };
}

/**
 * The entry as the present role has it; undefined where the job is not advertised. Throws an AutotmplError (`config`) where there is
 * no `address` and none can be chosen: an interface may go while the program runs.
 */
export function currentEntry(
  settings: JobSettings,
  parts: MemberParts,
  address?: string,
): ServiceEntry | undefined {
  const { service, name } = settings;
  if (service === undefined) return undefined;
  const { hostname, mark, renderName, dialect } = parts;
  return entryOf(service, {
    job: name,
    hostname,
    mark,
    renderName,
    address: address ?? addressOf(service),
    role: parts.role(),
    program: dialect === 'autotmpl' ? 'autotmpl' : 'containerpilot',
  });
}

function createPresence(settings: JobSettings, parts: MemberParts): Presence | undefined {
  const { name, service, user, cwd, env } = settings;
  const health = settings.health ?? (service === undefined ? undefined : unchecked(service));
  if (health === undefined) return undefined;
  const {
    clock,
    bus,
    logger,
    happenings,
    variables,
    registrar,
    sink,
    dialect,
    mask = (text) => text,
  } = parts;
  const entry = currentEntry(settings, parts);
  if (entry !== undefined) variables.tellAddress(name, entry.address);
  const initialStatus = service?.initialStatus;
  const registration =
    entry === undefined || registrar === undefined
      ? undefined
      : new Registration({
          ...{ entry, registrar, clock, bus, logger },
          holdsForMs: health.intervalMs + (health.timeoutMs ?? 0),
          ...(initialStatus === undefined ? {} : { initialStatus }),
        });
  const logging = health.logging === 'json' ? 'json' : 'prefix';
  const write = jobOutput({
    ...{ job: `${name}.health`, logging, sink },
    now: () => new Date(clock.timeOfDay()),
  });
  return new Presence({
    ...{ job: name, registration, happenings },
    announceEach: dialect === 'containerpilot3',
    onWellness: () => parts.onWellness(),
    now: () => clock.now(),
    makeCheck: (onReport) =>
      new HealthCheck({
        ...{ job: name, settings: health, clock, logger, bus, onReport, mask },
        environment: (ofUser) => variables.environment({ ...ofUser, ...env }),
        ...(user === undefined ? {} : { user }),
        ...(cwd === undefined ? {} : { cwd }),
        onLine: (stream, line, pid) => {
          const shown = mask(line);
          if (health.logging === 'raw') sink[stream](`${shown}\n`);
          else write(pid)(stream, shown);
        },
      }),
  });
}

function unchecked({ ttlMs }: ServiceSettings): HealthSettings {
  return {
    probe: { kind: 'none' },
    intervalMs: ttlMs / REPORTS_IN_TTL,
    timeoutMs: ttlMs,
    first: 'now',
    logging: 'prefix',
  };
}

/** Starts it now, whatever it waits for. One that was done is seen by others again. */
export function startMember({ job, presence }: Member): void {
  if (job.state.name === 'done') presence?.resume('departure');
  job.start();
}

/** Replaces its process by another. One that was done is seen by others again. */
export function restartMember({ job, presence }: Member): void {
  if (job.state.name === 'done') presence?.resume('departure');
  job.restart();
}
