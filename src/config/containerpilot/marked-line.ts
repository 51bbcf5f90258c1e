import { maskSecrets } from '../../core/mask-secrets.ts';
import type { Spot } from '../document.ts';

/**
 * The line that a parser stumbled over with the one before it, and a mark below the column, as ContainerPilot shows them.
 * Secrets are masked, at their full length: the mark has to stand below its column.
 */
export function markedLine(text: string, { line, column }: Spot): string {
  const lines = text.split('\n').map((one) => one.replace(/\r$/, ''));
  const shown = (number: number) =>
    maskSecrets(lines[number - 1] ?? '', (secret) => '*'.repeat(secret.length));
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
