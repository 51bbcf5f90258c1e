import { parseDuration } from '../core/duration.ts';
import type { QuietPeriod } from '../renderer/target.ts';

/** Where only the shortest wait is given, the longest is this many times as long: consul-template's rule. */
const MAX_FACTOR = 4;

/** What a quiet period looks like, for messages. */
export const QUIET_FORM = 'a quiet period such as "2s" or "2s:10s"';

/**
 * Reads `MIN` or `MIN:MAX` into a quiet period. Returns undefined where it is neither, or where MAX is less
 * than MIN.
 */
export function parseQuietPeriod(text: string): QuietPeriod | undefined {
  const parts = text.split(':');
  if (parts.length > 2) return undefined;
  const minMs = parseDuration(parts[0] ?? '');
  if (minMs === undefined) return undefined;
  const maxMs = parts[1] === undefined ? minMs * MAX_FACTOR : parseDuration(parts[1]);
  return maxMs === undefined || maxMs < minMs ? undefined : { minMs, maxMs };
}
