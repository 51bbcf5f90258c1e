import type { Aim } from './results.ts';

/** An aim as it was met or missed; none where it was not measured or has no limit. */
export function atMost(
  scenario: string,
  what: string,
  unit: Aim['unit'],
  value: number | undefined,
  limit: number | undefined,
): Aim[] {
  if (value === undefined || limit === undefined) return [];
  return [{ scenario, what, unit, limit, value, met: value <= limit }];
}
