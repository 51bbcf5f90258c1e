import type { Spot } from '../document.ts';

/** Whatever stands behind a key that is called like a secret, up to the end of the text in quotes. */
const SECRET =
  /(["']?[\w-]*(?:token|secret|password|passwd|apikey)[\w-]*["']?\s*:\s*["'])((?:\\.|[^"'\\])*)/gi;

/**
 * The line that a parser stumbled over with the one before it, and a mark below the column, as ContainerPilot shows them.
 * What is called like a secret is masked.
 */
export function markedLine(text: string, { line, column }: Spot): string {
  const lines = text.split('\n').map((one) => one.replace(/\r$/, ''));
  const shown = (number: number) =>
    (lines[number - 1] ?? '').replace(
      SECRET,
      (_, key: string, value: string) => key + '*'.repeat(value.length),
    );
  // A config given inline is one line, however long.
  const from = Math.max(0, column - 60);
  const cut = (one: string) => one.slice(from, from + 90);
  const before = line > 1 ? [`    ${cut(shown(line - 1))}`] : [];
  return [
    ...before,
    `    ${cut(shown(line))}`,
    `    ${'-'.repeat(Math.max(0, column - 1 - from))}^`,
  ].join('\n');
}
