import type { Outcome } from '../results.ts';
import { figure, table, type Row } from './table.ts';

/** What a scenario found, to be shown in a terminal or on a page. */
export interface ResultTable {
  readonly title: string;
  /** Of the second and all later columns. The last may be empty: it holds remarks. */
  readonly head: Row;
  readonly rows: readonly Row[];
}

/** For a terminal. */
export function asText({ title, head, rows }: ResultTable): string {
  return table([title, ...head], rows);
}

/** For a page, without its title; as prettier would write it. Columns in which nothing stands are left out. */
export function asMarkdown({ head, rows }: ResultTable): string {
  const lines = [['', ...head], ...rows].map((line) =>
    line.map((cell) => cell.replace(/\|/g, '\\|')),
  );
  const columns = (lines[0] ?? [])
    .map((_, at) => at)
    .filter((at) => lines.some((line) => line[at] !== ''));
  const widths = columns.map((at) => Math.max(3, ...lines.map((line) => line[at]?.length ?? 0)));
  const show = (line: Row) =>
    `| ${columns.map((at, which) => (line[at] ?? '').padEnd(widths[which] ?? 0)).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [first, ...others] = lines;
  return [show(first ?? []), rule, ...others.map(show)].join('\n');
}

/** Why a contender has no figures, on one line. */
export function note({ failure }: Outcome): string {
  return failure === undefined ? '' : `FAILED: ${failure.replace(/\s+/g, ' ').slice(0, 160)}`;
}

/** Bytes as whole megabytes. */
export function megabytes(bytes: number | undefined): string {
  return figure(bytes === undefined ? undefined : bytes / 1e6, 0);
}
