import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

import { readEmbedded } from '../../core/embedded.ts';
import { AutotmplError, describeError, systemCode } from '../../core/errors.ts';

/** A template's text and the absolute path that it was read from. */
export interface LoadedTemplate {
  readonly path: string;
  readonly text: string;
}

/** Whether a name starts from the file that includes it. */
export function isRelative(name: string): boolean {
  return /^\.\.?\//.test(name);
}

/** The error for a name that would reach a file outside of the search path. */
export function leadsOut(name: string): AutotmplError {
  return new AutotmplError(
    'template',
    `the template name ${JSON.stringify(name)} leads out of the search path`,
    {
      advice:
        'name it relative to a folder of the search path; ./ and ../ work where the name is written out in the template',
    },
  );
}

/**
 * Finds what a template includes. `./name` and `../name` start from the including file; any other name is looked for in
 * `folders`, in order. A plain name may not climb out of its folder: it may have been made from data.
 *
 * Returns undefined where no folder has it.
 */
export function findTemplate(
  name: string,
  folders: readonly string[],
  includingFile: string | undefined,
): LoadedTemplate | undefined {
  if (isRelative(name)) {
    return includingFile === undefined
      ? undefined
      : readIfThere(join(dirname(includingFile), name));
  }
  if (isAbsolute(name) || name.split(/[/\\]/).includes('..') || name.includes('\0')) {
    throw leadsOut(name);
  }
  for (const folder of folders) {
    const found = readIfThere(join(folder, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function readIfThere(path: string): LoadedTemplate | undefined {
  try {
    return { path, text: readEmbedded(path) ?? readFileSync(path, 'utf8') };
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new AutotmplError(
      'template',
      `cannot read the template ${path}: ${describeError(error)}`,
      {
        advice: 'it must be a file that this user may read',
        cause: error,
      },
    );
  }
}
