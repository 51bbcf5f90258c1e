import { isMap, type DocumentPath } from './document.ts';

/** Takes a problem: where, what, and what to do. */
type Report = (path: DocumentPath, message: string, suggestion: string) => void;

type Entry = Readonly<Record<string, unknown>>;

const NEEDS_DESTINATION = ['check', 'fileGroup', 'onDrift', 'guard'] as const;
const BY_NAME = ['minInstances', 'maxRemovedPercent', 'removeAfter'] as const;
const NEEDS_COMMAND = ['probe', 'onFailure', 'reload'] as const;

/** What the keys of one entry of `templates` that keep its file safe have to do with each other. */
export function checkSafety(
  entry: Readonly<Record<string, unknown>>,
  path: DocumentPath,
  report: Report,
): void {
  for (const key of NEEDS_DESTINATION) {
    if (!(key in entry) || 'destination' in entry) continue;
    report([...path, key], `${key} needs a destination: it is about a file`, 'add a destination');
  }
  for (const key of NEEDS_COMMAND) {
    if (!(key in entry) || 'command' in entry) continue;
    report([...path, key], `${key} needs a command: it is about what follows it`, 'add a command');
  }
  if ('fileGroup' in entry && entry.write === 'inPlace') {
    const message = 'a file that is written in place cannot be replaced together with others';
    report([...path, 'write'], message, 'leave it out, or leave out fileGroup');
  }
  const { probe, guard } = entry;
  if (isMap(probe)) checkProbe(probe, [...path, 'probe'], report);
  if (isMap(guard)) checkGuard(guard, [...path, 'guard'], report);
}

/** To the schema a list is a map whose names are numbers: a guard that guards nothing. */
export function checkGuard(guard: Entry, path: DocumentPath, report: Report): void {
  for (const key of BY_NAME) {
    if (!Array.isArray(guard[key])) continue;
    const message = 'expected one for all, or a map by service or key prefix, found a list';
    report([...path, key], message, `write it without [ ], or as ${key}: {NAME: …}`);
  }
}

/**
 * What the templates of one group have in common: a rollback follows one command, and must not leave the files of others new.
 */
export function checkGroups(templates: readonly unknown[], report: Report): void {
  const groups = new Map<unknown, { readonly entry: Entry; readonly index: number }[]>();
  for (const [index, entry] of templates.entries()) {
    if (!isMap(entry) || !('fileGroup' in entry)) continue;
    groups.set(entry.fileGroup, [...(groups.get(entry.fileGroup) ?? []), { entry, index }]);
  }
  for (const members of groups.values()) {
    const model = members.find(({ entry }) => entry.onFailure === 'rollback');
    if (model === undefined) continue;
    for (const { entry, index } of members) {
      if (aftermathOf(entry) === aftermathOf(model.entry)) continue;
      report(
        ['templates', index, 'fileGroup'],
        'the files of a group are rolled back together, so all of them need onFailure: rollback and the same command',
        `say the same as templates[${model.index}], or leave out onFailure: rollback there`,
      );
    }
  }
}

function aftermathOf({ onFailure, command }: Entry): string {
  return JSON.stringify([onFailure, command]);
}

function checkProbe(
  probe: Readonly<Record<string, unknown>>,
  path: DocumentPath,
  report: Report,
): void {
  const kinds = ['http', 'tcp', 'command', 'exec'].filter((kind) => kind in probe);
  if (kinds.length === 1) return;
  const found = kinds.length === 0 ? 'none' : kinds.join(' and ');
  report(path, `expected exactly one of http, tcp and command, found ${found}`, 'keep one of them');
}
