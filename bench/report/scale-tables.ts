import type {
  FlatOutcome,
  FormOutcome,
  GrowthSlope,
  ScaleOutcome,
  StormOutcome,
} from '../results.ts';
import { megabytes, note, type ResultTable } from './result-table.ts';
import { RUN_HEAD, runCells } from './run-columns.ts';
import { figure } from './table.ts';

/** How many readings of `flat` a table shows. */
const SHOWN_READINGS = 5;

/** Of `scale`. */
export function scaleTable(outcomes: readonly ScaleOutcome[]): ResultTable {
  const { keys = 0, services = 0, templates = 0 } = outcomes[0] ?? {};
  const number = (count: number) => count.toLocaleString('en');
  return {
    title: `(j) ${number(keys)} keys and ${number(services)} services in ${number(templates)} templates`,
    head: [
      ...['cold s', 'sockets', 'refused of', 'bare ms', 'median ms', 'p99 ms', 'unseen'],
      ...['RSS MB', 'RSS after', 'idle CPU %', 'idle req/s', ''],
    ],
    rows: outcomes.map((outcome) => [
      `${outcome.contender}, ${outcome.transport === 'http' ? 'plain HTTP' : 'TLS'}`,
      seconds(outcome.coldMs),
      figure(outcome.connections, 0),
      outcome.outside === undefined
        ? '–'
        : `${outcome.outside.refused} of ${outcome.outside.asked}`,
      figure(outcome.bareMs?.median, 1),
      figure(outcome.delayMs?.median, 1),
      figure(outcome.delayMs?.p99, 1),
      figure(outcome.unseen, 0),
      megabytes(outcome.memoryBytes),
      megabytes(outcome.memoryAfterBytes),
      figure(outcome.idleCpuPercent, 2),
      figure(outcome.idleQuestionsPerSecond, 1),
      note(outcome),
    ]),
  };
}

/** Of `growth`. */
export function growthTable(outcomes: readonly ScaleOutcome[]): ResultTable {
  return {
    title: '(k) growth',
    head: ['keys', 'cold s', 'RSS MB', 'CPU ms a change', 'median ms', ''],
    rows: outcomes.map((outcome) => [
      outcome.contender,
      String(outcome.keys),
      seconds(outcome.coldMs),
      megabytes(outcome.memoryBytes),
      figure(outcome.cpuMsPerChange, 1),
      figure(outcome.delayMs?.median, 1),
      note(outcome),
    ]),
  };
}

/** Of `growth`: 1 is linear. */
export function slopesTable(slopes: readonly GrowthSlope[]): ResultTable {
  return {
    title: '(k) slopes',
    head: ['of all sizes', 'of the last two'],
    rows: slopes.map(({ what, slope, lastSlope }) => [
      what,
      figure(slope, 2),
      figure(lastSlope, 2),
    ]),
  };
}

/** Of `storm`. */
export function stormTable(outcomes: readonly StormOutcome[]): ResultTable {
  return {
    title: `(l) a storm of ${(outcomes[0]?.windowMs ?? 0) / 1000} s`,
    head: ['writes/s', 'questions', 'CPU %', 'last value ms', ''],
    rows: outcomes.map((outcome) => [
      outcome.contender,
      figure(outcome.writesPerSecond, 0),
      figure(outcome.questions, 0),
      figure(outcome.cpuPercent, 1),
      figure(outcome.lastValueMs, 0),
      note(outcome),
    ]),
  };
}

/** Of `flat`: some of the readings, the first and the last among them. */
export function flatTable(outcomes: readonly FlatOutcome[]): ResultTable {
  return {
    title: '(m) memory over changes',
    head: ['changes', 'heap MB', 'RSS MB', ''],
    rows: outcomes.flatMap((outcome) => {
      const { readings, contender } = outcome;
      const step = Math.max(1, (readings.length - 1) / (SHOWN_READINGS - 1));
      const shown = readings.filter((_, at) => Math.round(Math.round(at / step) * step) === at);
      if (shown.length === 0) return [[contender, '–', '–', '–', note(outcome)]];
      return shown.map(({ changes, heapBytes, memoryBytes }) => [
        ...[contender, String(changes), figure(heapBytes / 1e6, 1), megabytes(memoryBytes)],
        note(outcome),
      ]);
    }),
  };
}

/** Of `forms`. */
export function formsTable(outcomes: readonly FormOutcome[]): ResultTable {
  return {
    title: '(n) forms of the program, -once with 1 template',
    head: ['size MB', ...RUN_HEAD],
    rows: outcomes.map((outcome) => [
      outcome.contender,
      figure(outcome.sizeBytes === undefined ? undefined : outcome.sizeBytes / 1e6, 1),
      ...runCells(outcome),
    ]),
  };
}

function seconds(ms: number | undefined): string {
  return figure(ms === undefined ? undefined : ms / 1000, 2);
}
