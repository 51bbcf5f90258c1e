/** Plots of what a bench found, as SVG: lines over sizes on two logarithmic axes, and bars side by side. */

/** A line of a plot, in its own colour. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines in one plot; all numbers are above 0. */
export interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

/** Bars in groups; `values` holds one number of each series for each group. */
export interface BarPlot {
  readonly title: string;
  readonly yLabel: string;
  readonly groups: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly number[] }[];
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 80;
const RIGHT = 150;
const TOP = 50;
const BOTTOM = 60;
const INNER_WIDTH = WIDTH - LEFT - RIGHT;
const INNER_HEIGHT = HEIGHT - TOP - BOTTOM;
/** Told apart by people who see fewer colours, too. */
const COLOURS = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00'];

/** Draws lines over the decades that they lie in. */
export function linePlot({ title, xLabel, yLabel, series }: LinePlot): string {
  const points = series.flatMap((one) => one.points);
  const x = decades(points.map(([at]) => at));
  const y = decades(points.map(([, value]) => value));
  const place = ([at, value]: readonly [number, number]) =>
    `${round(LEFT + x.share(at) * INNER_WIDTH)},${round(bottomUp(y.share(value)))}`;
  return picture(title, yLabel, [
    ...y.ticks.map((tick) => rule(y.share(tick), tick)),
    ...x.ticks.map((tick) => label(LEFT + x.share(tick) * INNER_WIDTH, short(tick))),
    text(LEFT + INNER_WIDTH / 2, HEIGHT - 14, xLabel, 'middle'),
    ...series.map((one, at) => {
      const line = one.points.map(place);
      const dots = line.map((spot) => {
        const [cx, cy] = spot.split(',');
        return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour(at)}"/>`;
      });
      return `<polyline points="${line.join(' ')}" fill="none" stroke="${colour(at)}" stroke-width="2"/>${dots.join('')}`;
    }),
    ...legend(series),
  ]);
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
    ...legend(series),
  ]);
}

function picture(title: string, yLabel: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 24, title, 'start', 15),
    text(LEFT, 42, yLabel, 'start', 11),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

function legend(series: readonly { readonly name: string }[]): string[] {
  return series.map(({ name }, at) => {
    const y = TOP + 12 + at * 20;
    const x = WIDTH - RIGHT + 16;
    return `<rect x="${x}" y="${y - 9}" width="10" height="10" fill="${colour(at)}"/>${text(x + 16, y, name, 'start')}`;
  });
}

/** A line across at a share of the height, with its number. */
function rule(share: number, value: number): string {
  const y = round(bottomUp(share));
  return `<line x1="${LEFT}" x2="${LEFT + INNER_WIDTH}" y1="${y}" y2="${y}" stroke="#dddddd"/>${text(LEFT - 8, y + 4, short(value), 'end')}`;
}

/** Under the axis. */
function label(x: number, words: string): string {
  return text(x, HEIGHT - BOTTOM + 20, words, 'middle');
}

function text(x: number, y: number, words: string, anchor: string, size = 12): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}" fill="#222222">${escaped(words)}</text>`;
}

/** A logarithmic axis from the decade below the least to the one above the most. */
function decades(values: readonly number[]) {
  if (values.length === 0 || values.some((value) => !(value > 0))) {
    throw new Error('only numbers above 0 have a place on a logarithmic axis');
  }
  const from = Math.floor(Math.log10(Math.min(...values)));
  const to = Math.max(from + 1, Math.ceil(Math.log10(Math.max(...values))));
  return {
    ticks: Array.from({ length: to - from + 1 }, (_, at) => 10 ** (from + at)),
    share: (value: number) => (Math.log10(value) - from) / (to - from),
  };
}

/** The next of 1, 2, 5, 10, …; 1 where there is nothing. */
function ceiling(value: number): number {
  if (value === 0) return 1;
  const decade = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * decade).find((step) => step >= value) ?? 10 * decade;
}

function bottomUp(share: number): number {
  return TOP + INNER_HEIGHT * (1 - share);
}

function colour(at: number): string {
  return COLOURS[at % COLOURS.length] ?? '#222222';
}

/** `0.05`, `12`, `1.2k`, `35M`. */
function short(value: number): string {
  for (const [unit, size] of [
    ['G', 1e9],
    ['M', 1e6],
    ['k', 1e3],
  ] as const) {
    if (value >= size) return `${Number((value / size).toPrecision(3))}${unit}`;
  }
  return String(Number(value.toPrecision(3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function escaped(words: string): string {
  return words.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
