import { nearest } from '../core/nearest.ts';
import type { FlagRow } from './flag-row.ts';

/** Advice about a flag that does not exist: the nearest one that does. `name` has no dashes. */
export function suggestFlag(name: string, rows: readonly FlagRow[]): string {
  const names = rows.flatMap((row) => [row.name, ...(row.aliases ?? [])]);
  return suggestWord(
    name,
    names.filter((known) => known.length > 1),
    '-',
  );
}

/** Advice about a word that is none of those known. */
export function suggestWord(word: string, known: readonly string[], prefix = ''): string {
  const close = nearest(word, known);
  return close === undefined ? 'autotmpl -help lists all' : `did you mean ${prefix}${close}?`;
}
