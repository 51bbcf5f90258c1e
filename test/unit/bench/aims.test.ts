import { describe, expect, it } from 'vitest';

import { judge } from '../../../bench/aims.ts';
import type { FlatReading, ScenarioResults } from '../../../bench/results.ts';
import { distribution } from '../../../bench/statistics.ts';
import { everything, scaleOutcome } from './results.ts';

const missed = (results: ScenarioResults) =>
  judge({ ...everything(), ...results })
    .filter(({ met }) => !met)
    .map(({ what }) => what);

describe('the figures', () => {
  it('are the median and the percentiles between the nearest ranks', () => {
    expect(distribution([4, 1, 3, 2])).toEqual({
      ...{ samples: 4, min: 1, median: 2.5, max: 4 },
      p90: expect.closeTo(3.7, 9) as number,
      p99: expect.closeTo(3.97, 9) as number,
    });
  });
});

describe('the aims', () => {
  it('are met up to their limits', () => {
    expect(missed({})).toEqual([]);
    const scenarios = new Set(judge(everything()).map(({ scenario }) => scenario));
    expect([...scenarios]).toEqual([
      ...['change', 'once', 'instances', 'render', 'scale', 'growth', 'storm', 'flat', 'forms'],
    ]);
  });

  it('say nothing of what was not measured', () => {
    expect(judge({})).toEqual([]);
    const failed = { contender: 'autotmpl', role: 'subject', failure: 'it ended' } as const;
    expect(judge({ change: [failed] })).toEqual([]);
  });

  it('of a change: the bare query and 2 ms at the median, 25 ms at p99', () => {
    const change = (...oursMs: readonly number[]) =>
      missed({
        change: [
          { contender: 'bare', role: 'baseline', delayMs: distribution([2]) },
          { contender: 'autotmpl', role: 'subject', delayMs: distribution(oursMs) },
        ],
      });
    expect(change(4.1)).toEqual(['change to file, median: the bare query + 2 ms']);
    expect(change(4, 4, 60)).toEqual(['change to file, p99']);
  });

  it('of -once: half as much again as the peer, where one is there', () => {
    const [one, ours, other] = everything().once ?? [];
    const slower = { ...ours, wallMs: distribution([1501]) } as NonNullable<typeof ours>;
    if (one === undefined || other === undefined) throw new Error('no results');
    expect(missed({ once: [one, slower, other] })).toEqual([
      '-once with 1,000 templates, to other',
    ]);
    expect(missed({ once: [one, slower] })).toEqual([]);
    expect(missed({ once: [{ ...one, ratio: 2.01 }] })).toEqual([
      '-once with 1 template, to node -e 0',
    ]);
  });

  it('of very many files: each of its figures, and other ones over TLS', () => {
    const of = (more: Parameters<typeof scaleOutcome>[0]) =>
      missed({ scale: [scaleOutcome(more)] });
    expect(of({ coldMs: 10_001 })).toEqual(['all files over plain HTTP']);
    expect(of({ connections: 101 })).toEqual(['sockets over plain HTTP']);
    expect(of({ outside: { asked: 9, refused: 1, longestMs: 5 } })).toEqual([
      'others refused over plain HTTP',
    ]);
    expect(of({ delayMs: distribution([251]) })).toEqual(['any change over plain HTTP, median']);
    expect(of({ delayMs: distribution([9, 9, 9, 9, 3000]) })).toEqual([
      'any change over plain HTTP, p99',
    ]);
    expect(of({ unseen: 1 })).toEqual(['changes never seen over plain HTTP']);
    expect(of({ memoryAfterBytes: 251e6 })).toEqual(['memory over plain HTTP']);
    expect(of({ idleCpuPercent: 1.1 })).toEqual(['idle CPU over plain HTTP']);
    expect(of({ transport: 'https', connections: 51, delayMs: distribution([26]) })).toEqual([
      ...['sockets over TLS', 'any change over TLS, median'],
    ]);
  });

  it('of growth: no worse than linear, on the whole and at its end', () => {
    const growth = (slope: number, lastSlope: number) =>
      missed({ growth: { outcomes: [], slopes: [{ what: 'memory', slope, lastSlope }] } });
    expect(growth(1.2, 0.9)).toEqual(['slope of memory']);
    expect(growth(0.5, 1.2)).toEqual(['slope of memory']);
  });

  it('of a storm: 25 questions and one a second, a quarter of a core, a second to the end', () => {
    const [storm] = everything().storm ?? [];
    if (storm === undefined) throw new Error('no results');
    const worse = { ...storm, questions: 86, cpuPercent: 26, lastValueMs: 1001 };
    expect(missed({ storm: [worse] })).toEqual([
      ...['questions in a storm', 'CPU in a storm', 'the last value of a storm'],
    ]);
    expect(missed({ storm: [{ ...worse, role: 'baseline' }] })).toEqual([]);
  });

  it('of memory over changes: what is found in the first fifth counts as its size', () => {
    const flat = (megabytes: readonly number[]) =>
      missed({
        flat: [
          {
            ...{ contender: 'autotmpl', role: 'subject' },
            readings: megabytes.map((size, at): FlatReading => ({
              ...{ changes: at, heapBytes: size * 1e6, memoryBytes: 90e6 },
            })),
          },
        ],
      });
    expect(flat([10, 20, 20, 20, 20])).toEqual([]);
    expect(flat([20, 20, 20, 21, 22])).toEqual(['heap, end to beginning']);
  });
});
