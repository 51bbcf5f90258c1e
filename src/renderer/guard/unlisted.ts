import type { Value } from '../../catalog/values.ts';
import type { Evidence } from './census.ts';

/**
 * Whether a service that must never be empty is missed by a template that goes through the list of all services, and so does not ask
 * for one that is not in it. `nobody`: no such list is asked for, or the service is in it.
 */
export function isUnlisted(
  { used, before, now }: Evidence,
  name: string,
): 'missing' | 'missingAsBefore' | 'nobody' {
  for (const [id, { kind }] of used) {
    if (kind !== 'services' && kind !== 'nomadServices') continue;
    if (lists(now.get(id), name)) return 'nobody';
    const last = before?.get(id);
    return last !== undefined && !lists(last, name) ? 'missingAsBefore' : 'missing';
  }
  return 'nobody';
}

function lists(value: Value | undefined, name: string): boolean {
  const services = value as readonly { readonly Name: string }[] | undefined;
  return services?.some(({ Name }) => Name === name) === true;
}
