import type { Machine } from '../results.ts';

/** The cells of one line. */
export type Row = readonly string[];

/** Where the figures of a run come from, in one line. */
export function describeMachine({ cores, memoryBytes, platform, node, consul }: Machine): string {
  const memory = (memoryBytes / 2 ** 30).toFixed(0);
  return `${cores} cores, ${memory} GiB, ${platform}, Node ${node}, ${consul}`;
}

/** A figure for a table; what was not measured is a dash. */
export function figure(value: number | undefined, digits: number): string {
  return value === undefined ? '–' : value.toFixed(digits);
}

/** The first column to the left, figures to the right, the last column, which is a remark, to the left. */
export function table(head: Row, rows: readonly Row[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const show = (line: Row) =>
    line
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        return column === 0 || column === head.length - 1
          ? cell.padEnd(width)
          : cell.padStart(width);
      })
      .join('  ')
      .trimEnd();
  // A remark may be long; the rule need not be.
  const rule = '-'.repeat(widths.slice(0, -1).reduce((sum, width) => sum + width + 2, -2));
  return [show(head), rule, ...rows.map(show)].join('\n');
}
