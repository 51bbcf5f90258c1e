import type { Source } from './source.ts';

/** Adds to the problems where a config has keys at its top that are none of `known`. The two versions say `unknown` in their own way. */
export function refuseUnknownKeys(
  source: Source,
  content: Readonly<Record<string, unknown>>,
  known: readonly string[],
  word: 'Unknown' | 'unknown',
): void {
  const unknown = Object.keys(content).filter((key) => !known.includes(key));
  const [first] = unknown;
  if (first === undefined) return;
  source.problems.push({
    file: source.document.file,
    spot: source.document.locate([first], 'key'),
    message: `${word} config keys: [${unknown.join(' ')}]`,
    suggestion: `known here: ${known.join(', ')}`,
  });
}
