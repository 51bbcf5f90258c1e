import { fingerprintOf } from '../output/rejection.ts';
import type { Publication } from './publisher.ts';
import type { Target } from './target.ts';

/** What goes back where the command that follows a change fails. */

/** Whether a target's file is put back where what follows it fails. */
export function isRolledBack({ onFailure, command }: Target): boolean {
  return onFailure === 'rollback' && command !== undefined;
}

/** The files beside it that go back with it. What was appended to one stays, since others may have written into it. */
export function pathsPutBack({ files }: Pick<Publication, 'files'>): readonly string[] {
  return files.flatMap(({ how, path }) => (how === 'replace' ? path : []));
}

/** Stands for all that a publication writes; for a text alone, it is that of its file. */
export function fingerprintOfAll({ text, files }: Publication): string {
  const beside = files.map((file) => [file.path, file.text]);
  return fingerprintOf(beside.length === 0 ? text : JSON.stringify([text, beside]));
}
