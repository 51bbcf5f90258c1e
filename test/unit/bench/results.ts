import type { ScaleOutcome, ScenarioResults, StepOutcome } from '../../../bench/results.ts';
import { distribution } from '../../../bench/statistics.ts';

const of = (...values: readonly number[]) => distribution(values);
const names = (contender: string, role: 'baseline' | 'subject' | 'peer') => ({ contender, role });
const BARE = names('bare', 'baseline');
const OURS = names('autotmpl', 'subject');

/** Outcomes of one thing that a baseline does, too. */
export function steps(step: string, bareMs: number, oursMs: number): StepOutcome[] {
  return [
    { ...BARE, step, delayMs: of(bareMs) },
    { ...OURS, step, delayMs: of(oursMs), ratio: oursMs / bareMs },
  ];
}

/** Ours, at a size of `scale` or `growth`. */
export function scaleOutcome(more: Partial<ScaleOutcome> = {}): ScaleOutcome {
  return {
    ...{ ...OURS, transport: 'http', keys: 1000, services: 100, templates: 100 },
    ...{ coldMs: 9000, connections: 100, memoryBytes: 200e6, memoryAfterBytes: 240e6 },
    ...{ outside: { asked: 50, refused: 0, longestMs: 30 }, unseen: 0 },
    ...{ bareMs: of(1), delayMs: of(20, 250, 300), ratio: 250 },
    ...{ idleCpuPercent: 0.5, idleQuestionsPerSecond: 3, cpuMsPerChange: 4 },
    ...more,
  };
}

/** A run of all scenarios in which every aim is met, most of them just so. */
export function everything(): ScenarioResults {
  const idle = { windowMs: 66_000, outcomes: [{ ...OURS, memoryBytes: 70e6, cpuPercent: 1 }] };
  const once = { ...OURS, templates: 1, wallMs: of(60), peakMemoryBytes: 50e6, ratio: 2 };
  const reading = (changes: number) => ({ changes, heapBytes: 20e6, memoryBytes: 90e6 });
  const form = { ...once, contender: 'autotmpl, one file', wallMs: of(120), sizeBytes: 100e6 };
  return {
    change: [
      { ...BARE, delayMs: of(2) },
      { ...OURS, delayMs: of(4), ratio: 2 },
    ],
    once: [
      once,
      { ...once, templates: 1000, wallMs: of(1500) },
      { ...names('other', 'peer'), templates: 1000, wallMs: of(1000) },
    ],
    ...{ idle, jobs: idle },
    start: steps('a start', 30, 90),
    critical: steps('a failure', 2, 4),
    instances: steps('to its line in nginx.conf', 3, 300),
    render: [
      { ...OURS, step: 'in Go', delayMs: of(10) },
      { ...OURS, step: 'in Nunjucks', delayMs: of(5) },
    ],
    many: steps('one of many', 1, 5),
    scale: [
      { ...scaleOutcome(), ...BARE },
      scaleOutcome(),
      scaleOutcome({ transport: 'https', connections: 50, delayMs: of(25) }),
    ],
    growth: {
      outcomes: [scaleOutcome({ keys: 100 }), scaleOutcome()],
      slopes: [{ what: 'memory', slope: 0.4, lastSlope: 1.1 }],
    },
    storm: [
      {
        ...{ ...OURS, windowMs: 60_000, writesPerSecond: 500, questions: 85 },
        ...{ cpuPercent: 25, lastValueMs: 1000 },
      },
    ],
    flat: [{ ...OURS, readings: Array.from({ length: 10 }, (_, at) => reading(at * 1000)) }],
    forms: [form],
  };
}
