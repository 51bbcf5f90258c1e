import { printable } from '../output/printable.ts';
import { complaintText, countResults, hasPassed, type CaseResult } from './case-result.ts';

const INDENT = ' '.repeat(8);

/** Results for people: a line a case, what is wrong below it, and the sum. `paint` colours a word. */
export function reportText(
  results: readonly CaseResult[],
  paint: (word: string, passed: boolean) => string = (word) => word,
): string {
  const lines: string[] = [];
  let file: string | undefined;
  for (const result of results) {
    if (result.file !== file)
      lines.push(...(file === undefined ? [] : ['']), printable(result.file));
    file = result.file;
    lines.push(...caseLines(result, paint));
  }
  return [...lines, '', summary(results), ''].join('\n');
}

function caseLines(
  result: CaseResult,
  paint: (word: string, passed: boolean) => string,
): readonly string[] {
  const passed = hasPassed(result);
  const word = passed ? (result.updated ? 'new ' : 'ok  ') : 'FAIL';
  const title = `  ${paint(word, passed)}  ${printable(result.name).replaceAll('\n', ' ')}`;
  const below = result.complaints.flatMap((complaint) => complaintText(complaint).split('\n'));
  return [title, ...below.map((line) => `${INDENT}${line}`.trimEnd())];
}

function summary(results: readonly CaseResult[]): string {
  const { passed, failed, updated } = countResults(results);
  const cases = `${results.length} ${results.length === 1 ? 'case' : 'cases'}`;
  const counts = [`${passed} passed`, ...(failed > 0 ? [`${failed} failed`] : [])];
  const written = updated > 0 ? `, ${updated} with a new expected text` : '';
  return `${cases}: ${counts.join(', ')}${written}`;
}
