import type { ServiceSettings } from '../../supervisor/settings.ts';
import { interfaceComplaint } from '../interface-form.ts';
import { DEFAULT_INTERFACES } from '../supervisor-defaults.ts';
import type { Fields } from './fields.ts';
import type { Source, Version } from './source.ts';

const SERVICE_NAME = /^[a-z][a-zA-Z0-9-]+$/;

/** The name of something that is in the catalog. 2 only warns of a name that DNS cannot carry. */
export function serviceName(source: Source, fields: Fields): string {
  const name = fields.text('name') ?? '';
  if (name === '') {
    fields.fail(
      'name',
      source.version === 2 ? '`name` must not be blank' : "'name' must not be blank",
    );
  } else if (!SERVICE_NAME.test(name)) {
    const rule =
      'service names must be alphanumeric with dashes to comply with service discovery, begin with a small letter and have two letters at least';
    if (source.version === 2) fields.warn('name', rule);
    else fields.fail('name', rule);
  }
  return name;
}

/** The interfaces to advertise on. */
export function interfaces(version: Version, fields: Fields): readonly string[] {
  const specifications = fields.texts('interfaces') ?? [];
  for (const specification of specifications) {
    const complaint = interfaceComplaint(specification);
    if (complaint !== undefined) fields.fail('interfaces', complaint);
  }
  if (specifications.length > 0) return specifications;
  return version === 2 ? DEFAULT_INTERFACES.slice(0, 1) : DEFAULT_INTERFACES;
}

/** A service as both versions write it; its health is theirs. */
export function serviceSettings(
  source: Source,
  fields: Fields,
  { name, port, ttlMs }: Pick<ServiceSettings, 'name' | 'port' | 'ttlMs'>,
): ServiceSettings {
  const consul = fields.section('consul');
  const enableTagOverride = consul?.flag('enableTagOverride') ?? false;
  const deregisterAfterMs = consul?.duration('deregisterCriticalServiceAfter');
  consul?.close();
  return {
    name,
    port,
    interfaces: interfaces(source.version, fields),
    tags: fields.texts('tags') ?? [],
    meta: {},
    ttlMs,
    enableTagOverride,
    ...(deregisterAfterMs !== undefined && { deregisterAfterMs }),
    drainMs: 0,
    checkId: source.version === 2 ? 'service' : 'service:',
  };
}
