import { atMost } from './at-most.ts';
import type {
  Aim,
  FlatOutcome,
  FlatReading,
  FormOutcome,
  GrowthSlope,
  ScaleOutcome,
  StormOutcome,
} from './results.ts';

/** What noise may add to a slope. */
const SLOPE_TOLERANCE = 0.1;
/**
 * What the pace of one query allows (docs/consul.md, storms): two questions at once, twenty with pauses that grow by 50 ms up to a
 * second, and one a second from then on; a few more for the ends, and for what is asked beside it.
 */
const STORM_QUESTIONS = { fixed: 25, perSecond: 1 };
/** How much more memory may be there at the end than after a fifth of all changes, so that it counts as flat. */
const FLAT_RATIO = { heap: 1.05, resident: 1.1 };

/** Of very many files; of ours only, over each transport. */
export function judgeScale(outcomes: readonly ScaleOutcome[]): Aim[] {
  return outcomes.filter(({ role }) => role === 'subject').flatMap(judgeTransport);
}

function judgeTransport(outcome: ScaleOutcome): Aim[] {
  const { transport, coldMs, connections, outside, delayMs, unseen } = outcome;
  const isPlain = transport === 'http';
  const where = isPlain ? 'over plain HTTP' : 'over TLS';
  const most = outcome.memoryBytes && Math.max(outcome.memoryBytes, outcome.memoryAfterBytes ?? 0);
  return [
    ...atMost('scale', `all files ${where}`, 'ms', coldMs, 10_000),
    ...atMost('scale', `sockets ${where}`, 'count', connections, isPlain ? 100 : 50),
    ...atMost('scale', `others refused ${where}`, 'count', outside?.refused, 0),
    ...atMost('scale', `any change ${where}, median`, 'ms', delayMs?.median, isPlain ? 250 : 25),
    ...(isPlain ? atMost('scale', `any change ${where}, p99`, 'ms', delayMs?.p99, 1000) : []),
    ...atMost('scale', `changes never seen ${where}`, 'count', unseen, 0),
    ...atMost('scale', `memory ${where}`, 'bytes', most, 250e6),
    ...atMost('scale', `idle CPU ${where}`, 'percent', outcome.idleCpuPercent, 1),
  ];
}

/** No worse than linear, on the whole and at its end, where a constant part matters least. */
export function judgeGrowth(slopes: readonly GrowthSlope[]): Aim[] {
  return slopes.flatMap(({ what, slope, lastSlope }) =>
    atMost('growth', `slope of ${what}`, 'slope', Math.max(slope, lastSlope), 1 + SLOPE_TOLERANCE),
  );
}

/** Of ours. */
export function judgeStorm(outcomes: readonly StormOutcome[]): Aim[] {
  return outcomes
    .filter(({ role }) => role === 'subject')
    .flatMap(({ windowMs, questions, cpuPercent, lastValueMs }) => [
      ...atMost('storm', 'questions in a storm', 'count', questions, questionsAllowed(windowMs)),
      ...atMost('storm', 'CPU in a storm', 'percent', cpuPercent, 25),
      ...atMost('storm', 'the last value of a storm', 'ms', lastValueMs, 1000),
    ]);
}

function questionsAllowed(windowMs: number): number {
  return STORM_QUESTIONS.fixed + (windowMs / 1000) * STORM_QUESTIONS.perSecond;
}

/** Of ours: its end against its state after a fifth of the changes, both as means of a few readings. */
export function judgeFlat(outcomes: readonly FlatOutcome[]): Aim[] {
  return outcomes
    .filter(({ role, readings }) => role === 'subject' && readings.length >= 5)
    .flatMap(({ readings }) => [
      ...atMost(
        'flat',
        'heap, end to beginning',
        'ratio',
        rise(readings, 'heapBytes'),
        FLAT_RATIO.heap,
      ),
      ...atMost(
        'flat',
        'memory, end to beginning',
        'ratio',
        rise(readings, 'memoryBytes'),
        FLAT_RATIO.resident,
      ),
    ]);
}

/** The mean of the last fifth over that of the second fifth: in the first a program finds its size. */
function rise(readings: readonly FlatReading[], figure: 'heapBytes' | 'memoryBytes'): number {
  const fifth = Math.floor(readings.length / 5);
  const mean = (some: readonly FlatReading[]) =>
    some.reduce((sum, reading) => sum + reading[figure], 0) / some.length;
  return mean(readings.slice(-fifth)) / mean(readings.slice(fifth, 2 * fifth));
}

/** Of the standalone file. */
export function judgeForms(outcomes: readonly FormOutcome[]): Aim[] {
  const file = outcomes.find(({ contender }) => contender.includes('one file'));
  return atMost('forms', 'start-up of the standalone file', 'ms', file?.wallMs?.median, 120);
}
