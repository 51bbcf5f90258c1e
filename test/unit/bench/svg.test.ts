import { describe, expect, it } from 'vitest';

import { findFaultInXml } from '../../../src/output/format/xml.ts';
import { barPlot } from '../../../bench/svg/bars.ts';
import { linePlot } from '../../../bench/svg/lines.ts';
import { rowPlot } from '../../../bench/svg/rows.ts';

const lines = (points: readonly (readonly [number, number])[]) =>
  linePlot({ title: 'T', xLabel: 'hosts', yLabel: 'ms', series: [{ name: 'a', points }] });

const spots = (svg: string) =>
  (/<polyline points="([^"]+)"/.exec(svg)?.[1] ?? '')
    .split(' ')
    .map((spot) => spot.split(',').map(Number));

const bars = (svg: string) =>
  [...svg.matchAll(/<rect x="[\d.]+" y="([\d.]+)" width="[\d.]+" height="([\d.]+)" fill/g)]
    .map(([, y, height]) => ({ y: Number(y), height: Number(height) }))
    // The squares of the legend.
    .filter(({ height }) => height !== 10);

describe('lines', () => {
  it('go from corner to corner where a number grows as the other does', () => {
    // 80 to 570 across, 360 up to 50: the decades from 100 to 10,000 and from 1 to 100.
    const svg = lines([
      [100, 1],
      [1000, 10],
      [10_000, 100],
    ]);
    expect(spots(svg)).toEqual([
      [80, 360],
      [325, 205],
      [570, 50],
    ]);
    for (const tick of ['100', '1k', '10k', '1', '10']) expect(svg).toContain(`>${tick}</text>`);
  });

  it('have a decade around a single number', () => {
    expect(spots(lines([[100, 10]]))).toEqual([[80, 360]]);
  });

  it('refuse what has no logarithm, and no points at all', () => {
    expect(() => lines([[100, 0]])).toThrow(/above 0/);
    expect(() => lines([])).toThrow(/above 0/);
  });
});

describe('bars', () => {
  const plot = (...values: readonly number[]) =>
    barPlot({ title: 'T', yLabel: 'B', groups: ['idle'], series: [{ name: 'a', values }] });

  it('are as high as their number, on a scale that ends with a round one', () => {
    // 310 high for 5,000.
    expect(bars(plot(4000))).toEqual([{ y: 112, height: 248 }]);
    expect(plot(4000)).toContain('>5k</text>');
    expect(bars(plot(1e6))).toEqual([{ y: 50, height: 310 }]);
  });

  it('stand for nothing where there is nothing', () => {
    expect(bars(plot(0))).toEqual([{ y: 360, height: 0 }]);
  });
});

describe('rows', () => {
  const plot = (value: number | undefined, limit?: number) =>
    rowPlot({
      ...{ title: 'T', xLabel: 'ms', series: ['median', 'p99'] },
      rows: [{ name: 'a', values: [value, 50], limits: [limit, undefined] }],
    });
  const widths = (svg: string) =>
    [...svg.matchAll(/<rect x="80" y="[\d.]+" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );

  it('are as long as their number, on one scale, which has room for the aim', () => {
    // 490 wide for 100, and then for 200.
    expect(widths(plot(100))).toEqual([490, 245]);
    expect(plot(100)).toContain('>100</text>');
    expect(widths(plot(100, 200))).toEqual([245, 122.5]);
    // Its words stand behind both.
    expect(plot(100, 200)).toMatch(/<text x="575"[^>]+>100 \(aim: 200\)<\/text>/);
    expect(plot(100, 200)).toMatch(/<line class="aim" x1="570" y1="[\d.]+" x2="570"/);
  });

  it('are not there where nothing was measured', () => {
    expect(widths(plot(undefined))).toEqual([490]);
  });
});

describe('an aim', () => {
  it('is a line across, and inside of the plot', () => {
    const limit = { value: 1000, words: 'aim: 1 s' };
    const series = [{ name: 'a', points: [[100, 10]] as const }];
    const svg = linePlot({ title: 'T', xLabel: 'x', yLabel: 'y', series, limit });
    expect(svg).toMatch(/<line class="aim" x1="80" y1="50" x2="570" y2="50"/);
    expect(svg).toContain('>aim: 1 s</text>');
  });

  it('lies by its share on plain axes, which begin at 0', () => {
    const limit = { value: 100, words: 'aim' };
    const series = [
      {
        name: 'a',
        points: [
          [0, 0],
          [10, 200],
        ] as const,
      },
    ];
    const words = { title: 'T', xLabel: 'x', yLabel: 'y', axes: 'plain' } as const;
    const svg = linePlot({ ...words, series, limit });
    expect(spots(svg)).toEqual([
      [80, 360],
      [570, 50],
    ]);
    expect(svg).toMatch(/<line class="aim" x1="80" y1="205"/);
  });
});

it('every plot is XML, whatever its words are, and has no two lines of one colour', () => {
  const hostile = '<b> & "c" ]]>';
  const series = ['one', 'two', 'three', 'four', hostile].map((name, at) => ({
    ...{ name, values: [at], points: [[1, at + 1]] as const },
  }));
  const words = { title: hostile, xLabel: hostile, yLabel: hostile };
  for (const svg of [
    linePlot({ ...words, series }),
    barPlot({ ...words, groups: [hostile], series }),
    rowPlot({ ...words, series: [hostile], rows: series }),
  ]) {
    expect(findFaultInXml(svg)).toBeUndefined();
    expect(svg).not.toContain('<b>');
  }
  const strokes = [...linePlot({ ...words, series }).matchAll(/stroke="(#\w+)" stroke-width/g)];
  expect(new Set(strokes.map(([, colour]) => colour)).size).toBe(5);
});
