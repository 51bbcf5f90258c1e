import type { DocumentPath } from '../document.ts';
import type { Source } from './source.ts';

/** What a shell would act on, and what each is called; a program only gets it as a word. */
const SHELL_SIGNS: readonly RegExp[] = [
  /(?<=^|\s)(?:&&|\|\||\||;|>>?|<|2>&1)(?=\s|$)/,
  /\$\{?\w+\}?|\$\(/,
  /["'`]/,
  /\*/,
];

/**
 * The words of a command: text is split at spaces, as ContainerPilot does it without quotes and without a shell (runs of spaces count
 * as one here; there they give empty words); of a list numbers and booleans are written out. What only a shell would
 * understand is worth a warning: published configs have `&&` in them.
 */
export function commandWords(
  source: Source,
  path: DocumentPath,
  value: unknown,
): readonly string[] | undefined {
  if (typeof value === 'string') {
    const words = value.split(' ').filter((word) => word !== '');
    if (words.length === 0) return refuse('received zero-length argument');
    warnOfShellSigns(source, path, value);
    return words;
  }
  if (!Array.isArray(value)) return refuse('expected text or a list of words');
  if (value.length === 0) return refuse('received zero-length argument');
  const words = value.map((word: unknown) =>
    typeof word === 'string' || typeof word === 'number' || typeof word === 'boolean'
      ? String(word)
      : undefined,
  );
  const usable = words.filter((word) => word !== undefined);
  if (usable.length < words.length) return refuse('expected only texts and numbers in the list');
  if (usable[0] === '') return refuse('received zero-length argument');
  return usable;

  function refuse(reason: string): undefined {
    source.fail(path, `Could not parse \`${String(path.at(-1))}\`: ${reason}`);
    return undefined;
  }
}

function warnOfShellSigns(source: Source, path: DocumentPath, text: string): void {
  for (const pattern of SHELL_SIGNS) {
    const [sign] = pattern.exec(text) ?? [];
    if (sign === undefined) continue;
    const advice = 'a command is run without a shell; write ["sh", "-c", "…"] where one is meant';
    return source.warn(path, `${JSON.stringify(sign)} is passed on as it is: ${advice}`);
  }
}
