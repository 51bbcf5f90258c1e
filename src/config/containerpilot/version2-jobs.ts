import type { HealthSettings, JobSettings } from '../../supervisor/settings.ts';
import { makeJob, type JobBase } from './compiled.ts';
import { Fields } from './fields.ts';
import { serviceName, serviceSettings } from './service.ts';
import { entriesOf, type Entry, type Source } from './source.ts';

/** `services`: each a job that runs nothing, and is only checked and advertised. */
export function services(source: Source, value: unknown, base: JobBase): readonly JobSettings[] {
  return withoutDoubles(
    source,
    entriesOf(source, ['services'], value).map((entry) => [entry, service(source, entry, base)]),
  );
}

function service(source: Source, entry: Entry, base: JobBase): JobSettings {
  const fields = new Fields(source, entry);
  const name = serviceName(source, fields);
  const port = fields.integer('port') ?? 0;
  if (port <= 0) fields.fail('port', `\`port\` must be > 0 in service ${name}`);
  const pollMs = fields.positiveSeconds('poll', `\`poll\` must be > 0 in service ${name}`);
  const ttlMs = fields.positiveSeconds('ttl', `\`ttl\` must be > 0 in service ${name}`) ?? 0;
  const check = fields.command('health');
  const timeoutMs = fields.duration('timeout');
  const health: HealthSettings = {
    probe: check === undefined ? { kind: 'none' } : { kind: 'exec', command: check },
    intervalMs: pollMs ?? 0,
    timeoutMs: timeoutMs === 0 ? undefined : timeoutMs,
    first: 'later',
    logging: base.logging,
  };
  const settings = serviceSettings(source, fields, { name, port, ttlMs });
  fields.close();
  return makeJob(source, entry.path, base, { name, role: 'job', service: settings, health });
}

/** `tasks`: each a job that runs again and again, for the first time after one interval. */
export function tasks(source: Source, value: unknown, base: JobBase): readonly JobSettings[] {
  return withoutDoubles(
    source,
    entriesOf(source, ['tasks'], value).map((entry) => {
      const fields = new Fields(source, entry);
      const exec = requiredCommand(fields, 'Task did not provide a command');
      const intervalMs = atLeastOneMs(fields, 'frequency') ?? missingFrequency(fields);
      const timeoutMs = atLeastOneMs(fields, 'timeout') ?? intervalMs;
      const name = fields.text('name') ?? exec.join(' ');
      fields.close();
      const job = makeJob(source, entry.path, base, {
        name: `task[${name}]`,
        role: 'job',
        exec,
        when: { kind: 'interval', intervalMs, first: 'later' },
        timeoutMs,
        maxRestarts: Number.POSITIVE_INFINITY,
      });
      return [entry, job];
    }),
  );
}

function atLeastOneMs(fields: Fields, key: string): number | undefined {
  const durationMs = fields.duration(key);
  if (durationMs === undefined || durationMs >= 1) return durationMs;
  return fields.fail(key, `${key === 'timeout' ? 'Timeout' : 'Frequency'} cannot be less that 1ms`);
}

function missingFrequency(fields: Fields): number {
  const written = fields.raw('frequency');
  if (written === undefined) fields.fail('frequency', 'Unable to parse frequency: it is required');
  return 1;
}

/** `coprocesses`: each runs beside the main process and ends after it. */
export function coprocesses(
  source: Source,
  value: unknown,
  base: JobBase,
  others: readonly JobSettings[],
): readonly JobSettings[] {
  const taken = new Set(others.map(({ name }) => name));
  return withoutDoubles(
    source,
    entriesOf(source, ['coprocesses'], value).map((entry) => {
      const fields = new Fields(source, entry);
      const exec = requiredCommand(fields, 'Coprocess did not provide a command');
      const maxRestarts = restartsOf(fields) ?? 0;
      const written = fields.text('name') ?? exec.join(' ');
      fields.close();
      const name = taken.has(written) ? `coprocess[${written}]` : written;
      const facts = { name, role: 'coprocess', exec, maxRestarts } as const;
      return [entry, makeJob(source, entry.path, base, facts)];
    }),
  );
}

/** `restarts` of both versions; undefined where it is not said. */
export function restartsOf(fields: Fields): number | undefined {
  const written = fields.raw('restarts');
  if (written === undefined) return undefined;
  if (written === 'unlimited') return Number.POSITIVE_INFINITY;
  if (written === 'never') return 0;
  const isNumeric =
    typeof written === 'number' || (typeof written === 'string' && /^\d+$/.test(written));
  if (isNumeric && Number(written) >= 0) return Math.trunc(Number(written));
  return fields.fail(
    'restarts',
    `Invalid 'restarts' field ${JSON.stringify(written)}: accepts positive integers, "unlimited" or "never"`,
  );
}

function requiredCommand(fields: Fields, complaint: string): readonly string[] {
  if (fields.raw('command') === undefined) fields.fail('command', complaint);
  return fields.command('command') ?? [];
}

/** Two jobs of one name would overwrite each other in the catalog, and nobody could tell their lines apart. */
function withoutDoubles(
  source: Source,
  jobs: readonly (readonly [Entry, JobSettings])[],
): readonly JobSettings[] {
  const taken = new Map<string, string>();
  return jobs.map(([entry, job]) => {
    const earlier = taken.get(job.name);
    if (earlier !== undefined && job.service !== undefined) {
      source.fail([...entry.path, 'name'], `the service ${job.name} is there already: ${earlier}`);
    }
    const name = earlier === undefined ? job.name : `${job.name}-${taken.size + 1}`;
    taken.set(name, job.place);
    return name === job.name ? job : { ...job, name };
  });
}
