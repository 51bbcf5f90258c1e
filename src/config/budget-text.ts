import { parseDuration } from '../core/duration.ts';

/** Reads `10/1h`: so many within so many milliseconds; undefined where it is none. */
export function parseBudget(
  written: string,
): { readonly count: number; readonly withinMs: number } | undefined {
  const parts = /^\s*(\d{1,9})\s*\/\s*(\S+)\s*$/.exec(written);
  const count = Number(parts?.[1]);
  const withinMs = parseDuration(parts?.[2] ?? '');
  if (parts === null || count < 1 || withinMs === undefined || withinMs === 0) return undefined;
  return { count, withinMs };
}
