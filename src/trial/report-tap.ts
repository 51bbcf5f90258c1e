import { printable } from '../output/printable.ts';
import { hasPassed, type CaseResult } from './case-result.ts';

/** Results in the Test Anything Protocol, version 14 (https://testanything.org/tap-version-14-specification.html). */
export function reportTap(results: readonly CaseResult[]): string {
  const points = results.flatMap((result, index) => point(result, index + 1));
  return ['TAP version 14', `1..${results.length}`, ...points, ''].join('\n');
}

function point(result: CaseResult, number: number): readonly string[] {
  const verdict = hasPassed(result) ? 'ok' : 'not ok';
  const title = description(`${result.file}: ${result.name}`);
  return [`${verdict} ${number} - ${title}`, ...(hasPassed(result) ? [] : diagnosis(result))];
}

/** A number sign would begin a directive. */
function description(text: string): string {
  return printable(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\#]/g, (character) => `\\${character}`);
}

/** A block of YAML; its values are JSON, which is a part of it. */
function diagnosis({ place, complaints, durationMs }: CaseResult): readonly string[] {
  return [
    '  ---',
    '  severity: fail',
    `  at: ${JSON.stringify(place)}`,
    `  duration_ms: ${durationMs.toFixed(3)}`,
    '  complaints:',
    ...complaints.flatMap(({ message, detail, place: at }) => [
      `    - message: ${JSON.stringify(message)}`,
      `      at: ${JSON.stringify(at)}`,
      ...(detail === undefined ? [] : [`      detail: ${JSON.stringify(detail)}`]),
    ]),
    '  ...',
  ];
}
