import type { SensorSettings, TelemetrySettings } from '../../control/settings.ts';
import { VERSION } from '../../core/version.ts';
import type { JobSettings } from '../../supervisor/settings.ts';
import { CONTAINERPILOT_TELEMETRY_PORT } from '../supervisor-defaults.ts';
import { metricNames } from '../metric-names.ts';
import { makeJob, type JobBase } from './compiled.ts';
import { Fields } from './fields.ts';
import { interfaces } from './service.ts';
import { entriesOf, type Source } from './source.ts';

/** The telemetry service's TTL and pace: fixed in both versions. */
const TTL_MS = 15_000;
const INTERVAL_MS = 5000;

const TYPES: readonly SensorSettings['type'][] = ['counter', 'gauge', 'histogram', 'summary'];

/** `telemetry`: what is served, and the job that advertises it as the service `containerpilot`. */
export function telemetry(
  source: Source,
  fields: Fields | undefined,
  base: JobBase,
): { settings: TelemetrySettings; job: JobSettings } | undefined {
  if (fields === undefined) return undefined;
  const port = fields.integer('port') ?? CONTAINERPILOT_TELEMETRY_PORT;
  if (port < 1 || port > 65_535)
    fields.fail('port', '`port` must be > 0 in telemetry, and below 65536');
  const where = interfaces(source.version, fields);
  const tags = fields.texts('tags') ?? [];
  const key = source.version === 2 ? 'sensors' : 'metrics';
  const complaintOf = metricNames();
  const sensors = entriesOf(source, ['telemetry', key], fields.raw(key)).map((entry) => {
    const own = new Fields(source, entry);
    const settings = sensor(source, own);
    const complaint = settings.name === '' ? undefined : complaintOf(settings);
    if (complaint !== undefined) own.fail('name', complaint);
    return settings;
  });
  fields.close();
  const job = makeJob(source, ['telemetry'], base, {
    name: 'containerpilot',
    role: 'job',
    service: {
      name: 'containerpilot',
      port,
      interfaces: where,
      // As version 3 does, so that it can be seen in the catalog who supervises where.
      tags: source.version === 3 ? [...tags, VERSION] : tags,
      meta: {},
      ttlMs: TTL_MS,
      enableTagOverride: false,
      drainMs: 0,
      checkId: source.version === 2 ? 'service' : 'service:',
    },
    health: {
      probe: { kind: 'none' },
      intervalMs: INTERVAL_MS,
      timeoutMs: undefined,
      first: 'later',
      logging: base.logging,
    },
  });
  return { settings: { host: '127.0.0.1', port, interfaces: where, sensors }, job };
}

function sensor(source: Source, fields: Fields): SensorSettings {
  const written = fields.text('type') ?? '';
  const type = TYPES.find((known) => known === written);
  if (type === undefined)
    fields.fail('type', `invalid sensor type: ${written}`, `use one of ${TYPES.join(', ')}`);
  const name = fields.text('name') ?? '';
  if (name === '') fields.fail('name', '`name` must not be blank');
  const settings = {
    namespace: fields.text('namespace') ?? '',
    subsystem: fields.text('subsystem') ?? '',
    name,
    help: fields.text('help') ?? '',
    type: type ?? 'gauge',
  };
  const polled = source.version === 2 ? pollOf(fields) : {};
  fields.close();
  return { ...settings, ...polled };
}

/** Sensors of 2 are asked; metrics of 3 are told. */
function pollOf(fields: Fields): Partial<SensorSettings> {
  const intervalMs = fields.positiveSeconds('poll', '`poll` must be > 0 in sensor');
  const command = fields.command('check');
  if (command === undefined && fields.raw('check') === undefined) {
    fields.fail('check', '`check` is required in sensor');
  }
  const timeoutMs = fields.duration('timeout');
  return {
    ...(command !== undefined && { command }),
    ...(intervalMs !== undefined && { intervalMs }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}
