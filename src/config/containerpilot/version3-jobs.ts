import type { HealthStatus } from '../../catalog/registrar.ts';
import type { HealthSettings, JobSettings, JobStart } from '../../supervisor/settings.ts';
import { makeJob, type JobBase } from './compiled.ts';
import { Fields } from './fields.ts';
import { serviceName, serviceSettings } from './service.ts';
import { entriesOf, type Entry, type Source } from './source.ts';
import { restartsOf } from './version2-jobs.ts';
import { jobStart } from './version3-when.ts';

/** `jobs` of ContainerPilot 3. */
export function jobs(source: Source, value: unknown, base: JobBase): readonly JobSettings[] {
  const taken = new Map<string, string>();
  return entriesOf(source, ['jobs'], value).map((entry) => {
    const made = job(source, entry, base);
    const earlier = taken.get(made.name);
    if (earlier !== undefined && made.name !== '') {
      source.fail([...entry.path, 'name'], `the job ${made.name} is there already: ${earlier}`);
    }
    taken.set(made.name, made.place);
    return made;
  });
}

function job(source: Source, entry: Entry, base: JobBase): JobSettings {
  const fields = new Fields(source, entry);
  const port = fields.integer('port') ?? 0;
  const name = port > 0 ? serviceName(source, fields) : plainName(fields);
  const exec = fields.command('exec');
  const when = jobStart(source, fields, name);
  const timeoutMs = runTimeout(fields, when, name);
  const stoppingTimeoutMs = fields.duration('stopTimeout');
  const isRaw = loggingIsRaw(fields);
  const checked = health(fields, name, base);
  const status = initialStatus(fields, name);
  if (port > 0 && fields.raw('health') === undefined) {
    fields.fail('port', `job[${name}].health must be set if 'port' is set`);
  }
  const service =
    port > 0 && checked !== undefined
      ? {
          ...serviceSettings(source, fields, { name, port, ttlMs: checked.ttlMs }),
          ...(status !== undefined && { initialStatus: status }),
        }
      : unadvertised(fields);
  const made = makeJob(source, entry.path, base, {
    name,
    role: 'job',
    ...(exec !== undefined && { exec }),
    when,
    ...(timeoutMs !== undefined && { timeoutMs }),
    maxRestarts: restarts(fields, when, name),
    ...(stoppingTimeoutMs !== undefined && { stoppingTimeoutMs }),
    ...(isRaw && { logging: 'raw' }),
    ...(service !== undefined && { service }),
    ...(checked !== undefined && { health: checked.settings }),
  });
  fields.close();
  return made;
}

function plainName(fields: Fields): string {
  const name = fields.text('name') ?? '';
  if (name === '') fields.fail('name', "'name' must not be blank");
  return name;
}

/** Keys that mean nothing without a port, and are allowed. */
function unadvertised(fields: Fields): undefined {
  for (const key of ['interfaces', 'tags', 'consul']) fields.raw(key);
  return undefined;
}

/** A run of a periodic job may take as long as its interval. */
function runTimeout(fields: Fields, when: JobStart, name: string): number | undefined {
  const timeoutMs = fields.duration('timeout');
  if (timeoutMs !== undefined && timeoutMs < 1) {
    return fields.fail('timeout', `job[${name}].timeout '${timeoutMs}ms' cannot be less than 1ms`);
  }
  return timeoutMs ?? (when.kind === 'interval' ? when.intervalMs : undefined);
}

function restarts(fields: Fields, when: JobStart, name: string): number {
  const written = restartsOf(fields);
  if (written === Number.POSITIVE_INFINITY && when.kind === 'event' && when.mode === 'each') {
    fields.fail(
      'restarts',
      `job[${name}].restarts 'unlimited' may not be used when 'job.when.each' is set because it may result in infinite processes`,
    );
  }
  return written ?? (when.kind === 'interval' ? Number.POSITIVE_INFINITY : 0);
}

function loggingIsRaw(fields: Fields): boolean {
  const section = fields.section('logging');
  const isRaw = section?.flag('raw') ?? false;
  section?.close();
  return isRaw;
}

function health(
  fields: Fields,
  name: string,
  base: JobBase,
): { readonly settings: HealthSettings; readonly ttlMs: number } | undefined {
  const section = fields.section('health');
  if (section === undefined) return undefined;
  const command = section.command('exec');
  const interval = `job[${name}].health.interval must be > 0`;
  const intervalMs = section.positiveSeconds('interval', interval) ?? 1;
  const ttlMs = section.positiveSeconds('ttl', `job[${name}].health.ttl must be > 0`) ?? 1;
  const timeoutMs = section.duration('timeout') ?? intervalMs;
  const isRaw = loggingIsRaw(section);
  section.close();
  return {
    settings: {
      probe: command === undefined ? { kind: 'none' } : { kind: 'exec', command },
      intervalMs,
      timeoutMs: timeoutMs === 0 ? undefined : timeoutMs,
      first: 'later',
      logging: isRaw ? 'raw' : base.logging,
    },
    ttlMs,
  };
}

function initialStatus(fields: Fields, name: string): HealthStatus | undefined {
  const written = fields.text('initial_status') ?? '';
  if (written === '') return undefined;
  const status = (['passing', 'warning', 'critical'] as const).find((known) => known === written);
  return (
    status ??
    fields.fail(
      'initial_status',
      `job[${name}].initial_status: '${written}' must be one of 'passing', 'warning' or 'critical'`,
    )
  );
}
