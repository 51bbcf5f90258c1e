import {
  broken,
  ceiling,
  colour,
  INNER_WIDTH,
  LEFT,
  legend,
  picture,
  round,
  short,
  text,
  TOP,
} from './canvas.ts';

/** One thing that was measured, with a bar for each series. */
export interface PlottedRow {
  readonly name: string;
  /** One for each series; what was not measured has no bar. */
  readonly values: readonly (number | undefined)[];
  /** What it should not be above; one for each series. */
  readonly limits?: readonly (number | undefined)[];
}

/** Things below each other, with what was measured of each from left to right. */
export interface RowPlot {
  readonly title: string;
  /** What is measured, with its unit. */
  readonly xLabel: string;
  readonly series: readonly string[];
  readonly rows: readonly PlottedRow[];
}

const BAR_HEIGHT = 13;
const NAME_HEIGHT = 20;
const ROW_GAP = 12;
const BELOW = 34;

/** Draws bars from the left, all on one scale from 0, each with its number; an aim is a broken line at its bar. */
export function rowPlot({ title, xLabel, series, rows }: RowPlot): string {
  const most = Math.max(
    0,
    ...rows.flatMap((row) => [...row.values, ...(row.limits ?? [])].map((value) => value ?? 0)),
  );
  const top = ceiling(most);
  const rowHeight = NAME_HEIGHT + series.length * BAR_HEIGHT + ROW_GAP;
  const bottom = TOP + rows.length * rowHeight;
  const x = (value: number) => LEFT + (value / top) * INNER_WIDTH;
  const ticks = [0, 0.25, 0.5, 0.75, 1].map((share) => share * top);
  return picture(
    title,
    xLabel,
    [
      ...ticks.map(
        (tick) =>
          `<line class="rule" x1="${round(x(tick))}" x2="${round(x(tick))}" y1="${TOP}" y2="${bottom}" stroke="#dddddd"/>` +
          text(x(tick), bottom + 18, short(tick), 'middle'),
      ),
      ...rows.flatMap((row, at) => drawRow(row, TOP + at * rowHeight, x)),
      ...legend(series),
    ],
    bottom + BELOW,
  );
}

function drawRow({ name, values, limits }: PlottedRow, top: number, x: (value: number) => number) {
  return [
    text(LEFT + 4, top + 15, name, 'start'),
    ...values.map((value, which) => {
      const y = top + NAME_HEIGHT + which * BAR_HEIGHT;
      const limit = limits?.[which];
      const aim = limit === undefined ? '' : broken(x(limit), y - 3, x(limit), y + BAR_HEIGHT + 1);
      if (value === undefined) return aim;
      const words = limit === undefined ? short(value) : `${short(value)} (aim: ${short(limit)})`;
      const width = round(x(value) - LEFT);
      // Beside the bar, and beside its aim where that is further.
      const after = x(limit !== undefined && limit > value ? limit : value) + 5;
      return (
        `<rect x="${LEFT}" y="${y}" width="${width}" height="${BAR_HEIGHT - 2}" fill="${colour(which)}"/>` +
        aim +
        text(after, y + BAR_HEIGHT - 3, words, 'start', 11)
      );
    }),
  ];
}
