import { complaintText, countResults, type CaseResult } from './case-result.ts';

/** Results as the XML of JUnit that build servers read; a suite a file. */
export function reportJunit(results: readonly CaseResult[]): string {
  const files = new Map<string, CaseResult[]>();
  for (const result of results) files.set(result.file, [...(files.get(result.file) ?? []), result]);
  const suites = [...files].flatMap(([file, cases]) => [
    `  <testsuite name=${quote(file)} ${counts(cases)}>`,
    ...cases.flatMap(caseLines),
    '  </testsuite>',
  ]);
  const root = `<testsuites name="autotmpl test" ${counts(results)}>`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', root, ...suites, '</testsuites>', ''].join(
    '\n',
  );
}

function counts(results: readonly CaseResult[]): string {
  const durationMs = results.reduce((sum, one) => sum + one.durationMs, 0);
  const { failed } = countResults(results);
  return `tests="${results.length}" failures="${failed}" errors="0" skipped="0" time="${seconds(durationMs)}"`;
}

function caseLines({ file, name, place, complaints, durationMs }: CaseResult): readonly string[] {
  const start = `    <testcase name=${quote(name)} classname=${quote(file)} file=${quote(file)} line="${place.line}" time="${seconds(durationMs)}"`;
  if (complaints.length === 0) return [`${start}/>`];
  const failures = complaints.map((complaint) => {
    const text = escape(complaintText(complaint));
    return `      <failure message=${quote(complaint.message)}>${text}</failure>`;
  });
  return [`${start}>`, ...failures, '    </testcase>'];
}

function seconds(durationMs: number): string {
  return (durationMs / 1000).toFixed(3);
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** XML has no way at all to write most control characters: they are shown as `\u001b`. */
function escape(text: string): string {
  // By way of bytes: a lone surrogate is no text of XML's.
  return Buffer.from(text)
    .toString()
    .replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]/g, shown)
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character)
    .replaceAll('\r', '&#13;');
}

function quote(text: string): string {
  const value = escape(text)
    .replaceAll('"', '&quot;')
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;');
  return `"${value}"`;
}

function shown(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
