import { parseDuration } from '../core/duration.ts';
import { DEDUPLICATE_DEFAULTS } from './defaults.ts';
import { placeOf, type Origins } from './merge.ts';
import type { CheckedDocument } from './read-config.ts';
import type { DeduplicateSettings } from './run-settings.ts';

/** How instances share their answers: as the last file has it that says anything of it; undefined where none does. */
export function pickDeduplicate(
  documents: readonly CheckedDocument[],
  origins: Origins,
): DeduplicateSettings | undefined {
  const last = documents.findLast(({ content }) => content.deduplicate !== undefined);
  const content = last?.content.deduplicate;
  if (last === undefined || content === undefined) return undefined;
  for (const key of Object.keys(content)) {
    origins.set(`deduplicate.${key}`, placeOf(last, 'deduplicate', key));
  }
  const { prefix, ttl, maxStale, wait } = { ...DEDUPLICATE_DEFAULTS, ...content };
  return {
    prefix: withSlash(prefix),
    ttlMs: parseDuration(ttl) ?? 0,
    maxStaleMs: parseDuration(maxStale) ?? 0,
    waitMs: parseDuration(wait) ?? 0,
  };
}

/** A prefix is that of a folder. */
export function withSlash(prefix: string): string {
  return prefix.endsWith('/') ? prefix : `${prefix}/`;
}
