import type { Aim, ChangeOutcome, OnceOutcome, Results } from './results.ts';

const MANY = 1000;

/** The aims that a run says something about, met or not. */
export function judge({ change = [], once = [] }: Pick<Results, 'change' | 'once'>): Aim[] {
  return [...judgeChange(change), ...judgeOnce(once)];
}

function judgeChange(outcomes: readonly ChangeOutcome[]): Aim[] {
  const bare = outcomes.find(({ role }) => role === 'baseline')?.delayMs?.median;
  const ours = outcomes.find(({ role }) => role === 'subject')?.delayMs?.median;
  if (bare === undefined || ours === undefined) return [];
  return [aim('change to file, median: 2 × the bare query + 2 ms', 'ms', ours, 2 * bare + 2)];
}

function judgeOnce(outcomes: readonly OnceOutcome[]): Aim[] {
  const ours = (templates: number) =>
    outcomes.find((outcome) => outcome.role === 'subject' && outcome.templates === templates);
  const one = ours(1)?.ratio;
  const many = ours(MANY);
  return [
    ...(one === undefined
      ? []
      : [aim('-once with 1 template: 2.5 × node -e 0', 'ratio', one, 2.5)]),
    ...(many?.wallMs === undefined
      ? []
      : [aim('-once with 1,000 templates: 3 s', 'ms', many.wallMs.median, 3000)]),
    ...(many?.peakMemoryBytes === undefined
      ? []
      : [aim('-once with 1,000 templates: 200 MB', 'bytes', many.peakMemoryBytes, 200e6)]),
  ];
}

function aim(what: string, unit: Aim['unit'], value: number, limit: number): Aim {
  return { what, unit, limit, value, met: value <= limit };
}
