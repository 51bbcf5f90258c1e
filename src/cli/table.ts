import { printable } from './printable.ts';

/** What every terminal has. */
export const WIDTH = 80;
const GAP = '  ';
/** The last column gets what the others leave, or a line of its own; the others get so much at the most. */
const WIDEST = 24;

/** The lines of a table under its titles, no line longer than {@link WIDTH}; none where there are no rows. */
export function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const lines = [titles, ...rows].map((cells) => cells.map(printable));
  const widths = titles.map((_, column) =>
    Math.min(WIDEST, Math.max(...lines.map((cells) => cells[column]?.length ?? 0))),
  );
  return lines.flatMap((cells) => {
    const front = cells.slice(0, -1).map((cell, column) => {
      const width = widths[column] ?? 0;
      return cut(cell, width).padEnd(width) + GAP;
    });
    const line = front.join('');
    const last = cells.at(-1) ?? '';
    if (line.length + last.length <= WIDTH) return [`${line}${last}`.trimEnd()];
    // What does not fit beside it has a line of its own: it is what people look for.
    const below = `    ${cut(last, WIDTH - 4)}`;
    return line.trim() === '' ? [below] : [line.trimEnd(), below];
  });
}

/** A text, cut to so many columns. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}
