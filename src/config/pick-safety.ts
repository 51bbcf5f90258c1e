import { resolve } from 'node:path';
import { DEFAULT_STATE } from './defaults.ts';
import { placeOf, type Origins } from './merge.ts';
import type { CheckedDocument } from './read-config.ts';
import type { GuardContent } from './safety-schema.ts';
import type { Settings } from './settings.ts';

/** The guards of all templates: each as the last file has it that names it. */
export function pickGuards(
  documents: readonly CheckedDocument[],
  origins: Origins,
): GuardContent | undefined {
  const guarded = documents.filter(({ content }) => content.guard !== undefined);
  const last = guarded.at(-1);
  if (last === undefined) return undefined;
  origins.set('guard', placeOf(last, 'guard'));
  return Object.assign({}, ...guarded.map(({ content }) => content.guard)) as GuardContent;
}

/** What is kept over restarts, and whether a start may live on it. */
export function pickState(
  documents: readonly CheckedDocument[],
  origins: Origins,
): Pick<Settings, 'state' | 'startsWithLastGood'> {
  const folder = documents.findLast(({ content }) => content.state !== undefined);
  const start = documents.findLast(({ content }) => content.startWith !== undefined);
  if (folder !== undefined) origins.set('state', placeOf(folder, 'state'));
  if (start !== undefined) origins.set('startWith', placeOf(start, 'startWith'));
  const startsWithLastGood = start?.content.startWith === 'lastGood';
  const written = folder?.content.state ?? (startsWithLastGood ? DEFAULT_STATE : undefined);
  return {
    ...(written !== undefined && { state: resolve(folder?.document.folder ?? '/', written) }),
    ...(startsWithLastGood && { startsWithLastGood }),
  };
}
