import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

/**
 * Where each behaviour of consul-template is shown that was measured on it, or that its own tests hold. They have numbers, from 1 on,
 * and the title of a test begins with those that it shows: `row 7: …`, `rows 69, 70: …`.
 */
const SHOWN: Readonly<Record<string, readonly number[]>> = {
  'consul-template-functions': [...through(1, 30), ...[33, ...through(34, 52), 64, 85, 87, 88, 89]],
  'consul-template-command-line': [
    ...[31, 32, 34, 53, 54, 55, 57, 58, 59, 61, 62, 63, 69, 70, 71, 72, 73, 74, 75],
    ...[81, 82, 83, 86, 91, 92, 93, 94],
  ],
  'consul-template-targets': [3, 30, 56, 60, 79, 93],
  'consul-template-exec': [56, 65, 66, 67, 68, 70, 86, 90],
  'consul-template-reads': [2, 77, 84],
  'survive-agent': [76, 78],
  'survive-size': [80],
};
const LAST = 94;

/** The title of a test, at the beginning of a line or of the arguments of `it`, `describe` and their tables. */
const TITLE = /(?:^\s*\[?|\()['"`]rows? (\d+(?:, \d+)*): /gm;

function rowsIn(file: string): ReadonlySet<number> {
  const path = new URL(`../../e2e/${file}.test.ts`, import.meta.url);
  const titles = readFileSync(fileURLToPath(path), 'utf8').matchAll(TITLE);
  return new Set([...titles].flatMap(([, rows = '']) => rows.split(', ').map(Number)));
}

function through(first: number, last: number): readonly number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

it('each behaviour of consul-template is shown somewhere', () => {
  const shown = new Set(Object.values(SHOWN).flat());
  expect(through(1, LAST).filter((row) => !shown.has(row))).toEqual([]);
});

it.each(Object.entries(SHOWN))('%s shows its behaviours by their numbers', (file, rows) => {
  const shown = rowsIn(file);
  expect(rows.filter((row) => !shown.has(row))).toEqual([]);
});
