import {
  bottomUp,
  ceiling,
  colour,
  HEIGHT,
  INNER_WIDTH,
  label,
  LEFT,
  legend,
  limitAcross,
  picture,
  round,
  rule,
  short,
  text,
  type Limit,
} from './canvas.ts';

/** A line of a plot, in its own colour. */
export interface Series {
  readonly name: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Lines in one plot. */
export interface LinePlot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
  readonly limit?: Limit;
  /** `decades` (default): both axes are logarithmic and all numbers above 0; `plain`: both begin at 0. */
  readonly axes?: 'decades' | 'plain';
}

/** So that little of a plain axis is left empty. */
const FINE_STEPS = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8];

interface Axis {
  readonly ticks: readonly number[];
  readonly share: (value: number) => number;
}

/** Draws lines over the decades that they lie in, or from 0 up. */
export function linePlot({ title, xLabel, yLabel, series, limit, axes }: LinePlot): string {
  const axis = axes === 'plain' ? fromNothing : decades;
  const points = series.flatMap((one) => one.points);
  const x = axis(points.map(([at]) => at));
  const y = axis([...points.map(([, value]) => value), ...(limit ? [limit.value] : [])]);
  const place = ([at, value]: readonly [number, number]) =>
    `${round(LEFT + x.share(at) * INNER_WIDTH)},${round(bottomUp(y.share(value)))}`;
  return picture(title, yLabel, [
    ...y.ticks.map((tick) => rule(y.share(tick), tick)),
    ...x.ticks.map((tick) => label(LEFT + x.share(tick) * INNER_WIDTH, short(tick))),
    text(LEFT + INNER_WIDTH / 2, HEIGHT - 14, xLabel, 'middle'),
    ...(limit === undefined ? [] : [limitAcross(y.share(limit.value), limit.words)]),
    ...series.map((one, at) => {
      const line = one.points.map(place);
      const dots = line.map((spot) => {
        const [cx, cy] = spot.split(',');
        return `<circle cx="${cx}" cy="${cy}" r="3" fill="${colour(at)}"/>`;
      });
      return `<polyline points="${line.join(' ')}" fill="none" stroke="${colour(at)}" stroke-width="2"/>${dots.join('')}`;
    }),
    ...legend(series.map(({ name }) => name)),
  ]);
}

/** A logarithmic axis from the decade below the least to the one above the most. */
function decades(values: readonly number[]): Axis {
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

function fromNothing(values: readonly number[]): Axis {
  const top = ceiling(Math.max(0, ...values), FINE_STEPS);
  return {
    ticks: [0, 0.25, 0.5, 0.75, 1].map((share) => share * top),
    share: (value: number) => value / top,
  };
}
