import { isMap, type DocumentPath } from './document.ts';

/** Takes a problem: where, what, and what to do. */
type Report = (path: DocumentPath, message: string, suggestion: string) => void;

const NEEDS_DESTINATION = ['check', 'fileGroup', 'onDrift', 'guard'] as const;
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
  const { probe } = entry;
  if (isMap(probe)) checkProbe(probe, [...path, 'probe'], report);
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
