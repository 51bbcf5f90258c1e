import { printable } from './printable.ts';

/** What every terminal has. */
export const WIDTH = 80;
const GAP = '  ';
/** The last column gets what the others leave, or a line of its own; the others get so much at the most. */
const WIDEST = 24;
const INDENT = '    ';
/** Nothing takes more lines than these: a command may print a lot. */
const MOST_LINES = 8;

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
    // What does not fit beside it has lines of its own: it is what people look for.
    const below = wrap(last, WIDTH - INDENT.length).map((part) => `${INDENT}${part}`);
    return line.trim() === '' ? below : [line.trimEnd(), ...below];
  });
}

/** A text in lines of so many columns, broken between words where there are any; what is left after {@link MOST_LINES} is cut. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let left = text;
  while (left.length > width && lines.length < MOST_LINES - 1) {
    const space = left.lastIndexOf(' ', width);
    const at = space > width / 2 ? space : width;
    lines.push(left.slice(0, at).trimEnd());
    left = left.slice(at).trimStart();
  }
  return [...lines, cut(left, width)];
}

/** A text, cut to so many columns. */
export function cut(text: string, width: number): string {
  if (text.length <= width) return text;
  return width < 1 ? '' : `${text.slice(0, width - 1)}…`;
}
