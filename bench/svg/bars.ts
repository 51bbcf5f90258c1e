import {
  bottomUp,
  ceiling,
  colour,
  INNER_HEIGHT,
  INNER_WIDTH,
  label,
  LEFT,
  legend,
  picture,
  round,
  rule,
  short,
  text,
} from './canvas.ts';

/** Bars in groups; `values` holds one number of each series for each group. */
export interface BarPlot {
  readonly title: string;
  readonly yLabel: string;
  readonly groups: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

/** Draws bars from 0 up, each with its number. */
export function barPlot({ title, yLabel, groups, series }: BarPlot): string {
  const top = ceiling(Math.max(0, ...series.flatMap(({ values }) => values)));
  const groupWidth = INNER_WIDTH / groups.length;
  const barWidth = (groupWidth * 0.8) / series.length;
  return picture(title, yLabel, [
    ...[0, 0.25, 0.5, 0.75, 1].map((share) => rule(share, share * top)),
    ...groups.flatMap((group, at) => {
      const from = LEFT + at * groupWidth;
      const bars = series.map(({ values }, which) => {
        const value = values[at] ?? 0;
        const height = (value / top) * INNER_HEIGHT;
        const left = from + groupWidth * 0.1 + which * barWidth;
        const y = bottomUp(value / top);
        return (
          `<rect x="${round(left)}" y="${round(y)}" width="${round(barWidth * 0.9)}" height="${round(height)}" fill="${colour(which)}"/>` +
          text(left + barWidth * 0.45, y - 4, short(value), 'middle', 10)
        );
      });
      return [...bars, label(from + groupWidth / 2, group)];
    }),
    ...legend(series.map(({ name }) => name)),
  ]);
}
