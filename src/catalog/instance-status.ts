import { HEALTH_STATUSES, type HealthCheck, type HealthStatus } from './values.ts';

/** Check IDs by which Consul marks maintenance (https://developer.hashicorp.com/consul/api-docs/agent/service#enable-maintenance-mode). */
const NODE_MAINTENANCE = '_node_maintenance';
const SERVICE_MAINTENANCE = '_service_maintenance:';

/** The worst status among an instance's checks; passing where there are none, and critical for a word that nobody knows. */
export function worstStatus(
  checks: readonly Pick<HealthCheck, 'CheckID' | 'Status'>[],
): HealthStatus {
  const ranks = checks.map((check) => {
    if (check.CheckID === NODE_MAINTENANCE || check.CheckID.startsWith(SERVICE_MAINTENANCE)) {
      return HEALTH_STATUSES.indexOf('maintenance');
    }
    const rank = HEALTH_STATUSES.findIndex((status) => status === check.Status);
    return rank < 0 ? HEALTH_STATUSES.indexOf('critical') : rank;
  });
  return HEALTH_STATUSES[Math.max(0, ...ranks)] ?? 'critical';
}
