import { judge } from '../aims.ts';
import type {
  Aim,
  FlatOutcome,
  IdleOutcome,
  OnceOutcome,
  ScaleOutcome,
  ScenarioResults,
} from '../results.ts';
import type { Distribution } from '../statistics.ts';
import { linePlot, type LinePlot, type Series } from '../svg/lines.ts';
import { rowPlot, type PlottedRow } from '../svg/rows.ts';

/** The plots of a run, by the names of their files without the ending. */
export function plotsOf(results: ScenarioResults): ReadonlyMap<string, string> {
  const { change, once, idle, start, jobs, critical, instances, render, many } = results;
  const { scale, growth, storm, flat, forms } = results;
  const aims = judge(results);
  const plots: readonly (readonly [string, string | undefined])[] = [
    ['change', change && delays('From a change to its file', change, aimsOfChange(aims))],
    ['once', once && onceLines(once)],
    ['idle', idle && memories('Memory, 100 keys and 100 services', idle.outcomes)],
    ['start', start && delays('The start of a supervisor', start)],
    ['jobs', jobs && memories('Memory of a supervisor', jobs.outcomes)],
    ['critical', critical && delays('A check fails', critical)],
    ['instances', instances && delays('Instances come and go', instances)],
    ['render', render && delays('A render of 1,000 instances', render, aimsOfRender(aims))],
    ['many', many && delays('A change, one file of many', many)],
    ['scale-cold', scale && scaleCold(scale)],
    ['scale-change', scale && scaleChange(scale)],
    ...(growth === undefined ? [] : growthPlots(growth.outcomes)),
    ['storm', storm && rowPlot(stormRows(storm))],
    ['flat', flat && flatLines(flat)],
    ['forms', forms && rowPlot(formRows(forms))],
  ];
  return new Map(plots.flatMap(([name, plot]) => (plot === undefined ? [] : [[name, plot]])));
}

interface Delayed {
  readonly contender: string;
  readonly role: string;
  readonly step?: string;
  readonly delayMs?: Distribution;
}

/** Limits of the median and of the p99 of a row. */
type LimitsOf = (outcome: Delayed) => readonly (number | undefined)[] | undefined;

function delays(
  title: string,
  outcomes: readonly Delayed[],
  limitsOf: LimitsOf = () => undefined,
): string {
  const rows = outcomes.map((outcome): PlottedRow => {
    const { contender, step, delayMs } = outcome;
    const limits = limitsOf(outcome);
    return {
      name: step === undefined ? contender : `${contender}: ${step}`,
      values: [delayMs?.median, delayMs?.p99],
      ...(limits === undefined ? {} : { limits }),
    };
  });
  return rowPlot({ title, xLabel: 'milliseconds', series: ['median', 'p99'], rows });
}

function aimsOfChange(aims: readonly Aim[]): LimitsOf {
  const of = (word: string) =>
    aims.find(({ scenario, what }) => scenario === 'change' && what.includes(word))?.limit;
  return ({ role }) => (role === 'subject' ? [of('median'), of('p99')] : undefined);
}

function aimsOfRender(aims: readonly Aim[]): LimitsOf {
  return ({ step = '' }) => [
    aims.find(({ scenario, what }) => scenario === 'render' && what.includes(`${step},`))?.limit,
  ];
}

function memories(title: string, outcomes: readonly IdleOutcome[]): string {
  return rowPlot({
    ...{ title, xLabel: 'megabytes resident', series: ['memory'] },
    rows: outcomes.map(({ contender, memoryBytes }) => ({
      name: contender,
      values: [megabytes(memoryBytes)],
    })),
  });
}

function onceLines(outcomes: readonly OnceOutcome[]): string | undefined {
  return linesOf({
    ...{ title: '-once', xLabel: 'templates', yLabel: 'seconds, from start to exit' },
    series: seriesBy(outcomes, ({ templates, wallMs }) => [templates, inSeconds(wallMs?.median)]),
  });
}

function scaleCold(outcomes: readonly ScaleOutcome[]): string {
  return rowPlot({
    ...{ title: titleOf(outcomes, 'Until all files are there'), xLabel: 'seconds' },
    series: ['from the start'],
    rows: outcomes.map(({ contender, transport, role, coldMs }) => ({
      ...{ name: `${contender}, ${nameOf(transport)}`, values: [inSeconds(coldMs)] },
      ...(role === 'subject' ? { limits: [10] } : {}),
    })),
  });
}

function scaleChange(outcomes: readonly ScaleOutcome[]): string {
  return rowPlot({
    ...{ title: titleOf(outcomes, 'From any change to its file'), xLabel: 'milliseconds' },
    series: ['median', 'p99'],
    rows: outcomes
      .filter(({ role }) => role !== 'baseline')
      .flatMap(({ contender, transport, role, delayMs, bareMs }): PlottedRow[] => [
        {
          name: `bare blocking query beside ${contender}, ${nameOf(transport)}`,
          values: [bareMs?.median, bareMs?.p99],
        },
        {
          ...{ name: `${contender}, ${nameOf(transport)}` },
          values: [delayMs?.median, delayMs?.p99],
          ...(role === 'subject' ? { limits: transport === 'http' ? [250, 1000] : [25] } : {}),
        },
      ]),
  });
}

function growthPlots(outcomes: readonly ScaleOutcome[]): (readonly [string, string | undefined])[] {
  const keys = { xLabel: 'keys (and a tenth as many services and templates)' };
  const ours = outcomes.filter(({ role }) => role === 'subject');
  return [
    [
      'growth-cold',
      linesOf({
        ...{ ...keys, title: 'Until all files are there', yLabel: 'seconds' },
        series: [
          ...seriesBy(outcomes, ({ keys: at, coldMs }) => [at, inSeconds(coldMs)]),
          ...linear(ours, ({ coldMs }) => inSeconds(coldMs)),
        ],
        limit: { value: 10, words: 'aim at 10,000: 10 s' },
      }),
    ],
    [
      'growth-memory',
      linesOf({
        ...{ ...keys, title: 'Memory', yLabel: 'megabytes resident' },
        series: [
          ...seriesBy(ours, ({ keys: at, memoryBytes }) => [at, megabytes(memoryBytes)]),
          ...linear(ours, ({ memoryBytes }) => megabytes(memoryBytes)),
        ],
        limit: { value: 250, words: 'aim: 250 MB' },
      }),
    ],
    [
      'growth-cpu',
      linesOf({
        ...{ ...keys, title: 'Processor time at one change a second' },
        yLabel: 'milliseconds for each change, rest included',
        series: [
          ...seriesBy(ours, ({ keys: at, cpuMsPerChange }) => [at, cpuMsPerChange]),
          ...linear(ours, ({ cpuMsPerChange }) => cpuMsPerChange),
        ],
      }),
    ],
  ];
}

/** What linear growth would be, from the smallest size on. */
function linear(
  outcomes: readonly ScaleOutcome[],
  figure: (outcome: ScaleOutcome) => number | undefined,
): Series[] {
  const [first] = outcomes;
  const start = first && figure(first);
  if (first === undefined || start === undefined) return [];
  const last = Math.max(...outcomes.map(({ keys }) => keys));
  const end = (start * last) / first.keys;
  return [
    {
      name: 'if it were linear',
      points: [
        [first.keys, start],
        [last, end],
      ],
    },
  ];
}

function stormRows(outcomes: NonNullable<ScenarioResults['storm']>) {
  const seconds = (outcomes[0]?.windowMs ?? 0) / 1000;
  return {
    ...{ title: `A storm of ${seconds} s`, xLabel: 'percent of one core', series: ['CPU'] },
    rows: outcomes.map(({ contender, role, questions, cpuPercent }) => ({
      name: `${contender} (${questions ?? '–'} questions)`,
      values: [cpuPercent],
      ...(role === 'subject' ? { limits: [25] } : {}),
    })),
  };
}

function flatLines(outcomes: readonly FlatOutcome[]): string | undefined {
  return linesOf({
    ...{ title: 'Memory over changes', xLabel: 'changes', yLabel: 'megabytes', axes: 'plain' },
    series: outcomes.flatMap(({ contender, readings }) => [
      line(
        `${contender}, resident`,
        readings.map(({ changes, memoryBytes }) => [changes, megabytes(memoryBytes)]),
      ),
      line(
        `${contender}, heap`,
        readings.map(({ changes, heapBytes }) => [changes, megabytes(heapBytes)]),
      ),
    ]),
  });
}

function formRows(outcomes: NonNullable<ScenarioResults['forms']>) {
  return {
    ...{
      title: 'Start-up, one template, -once',
      xLabel: 'milliseconds',
      series: ['median', 'p99'],
    },
    rows: outcomes.map(({ contender, wallMs }) => ({
      ...{ name: contender, values: [wallMs?.median, wallMs?.p99] },
      ...(contender.includes('one file') ? { limits: [120] } : {}),
    })),
  };
}

type MaybePoint = readonly [x: number, y: number | undefined];

/** A line for each contender, of the points that were measured. */
function seriesBy<Of extends { readonly contender: string }>(
  outcomes: readonly Of[],
  point: (outcome: Of) => MaybePoint,
): Series[] {
  const names = [...new Set(outcomes.map(({ contender }) => contender))];
  return names.map((name) =>
    line(name, outcomes.filter(({ contender }) => contender === name).map(point)),
  );
}

function line(name: string, points: readonly MaybePoint[]): Series {
  return { name, points: points.flatMap(([x, y]) => (y === undefined ? [] : [[x, y] as const])) };
}

/** No plot where nothing was measured. */
function linesOf(plot: LinePlot): string | undefined {
  const series = plot.series.filter(({ points }) => points.length > 0);
  return series.length === 0 ? undefined : linePlot({ ...plot, series });
}

function titleOf(outcomes: readonly ScaleOutcome[], what: string): string {
  return `${what}: ${outcomes[0]?.keys.toLocaleString('en') ?? ''} keys`;
}

function nameOf(transport: ScaleOutcome['transport']): string {
  return transport === 'http' ? 'plain HTTP' : 'TLS';
}

function inSeconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}

function megabytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : bytes / 1e6;
}
