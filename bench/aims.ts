import type { Aim, ChangeOutcome, OnceOutcome, Results, StepOutcome } from './results.ts';

const MANY = 1000;

/** The aims that a run says something about, met or not. */
export function judge({
  change = [],
  once = [],
  instances = [],
  render = [],
}: Pick<Results, 'change' | 'once' | 'instances' | 'render'>): Aim[] {
  return [
    ...[...judgeChange(change), ...judgeOnce(once)],
    ...[...judgeInstances(instances), ...judgeRender(render)],
  ];
}

const RENDER_LIMITS_MS: Readonly<Record<string, number>> = { 'in Go': 10, 'in Nunjucks': 5 };

function judgeRender(outcomes: readonly StepOutcome[]): Aim[] {
  return outcomes.flatMap(({ step, delayMs }) => {
    const limit = RENDER_LIMITS_MS[step];
    if (limit === undefined || delayMs === undefined) return [];
    return [aim(`1,000 instances ${step}, median: ${limit} ms`, 'ms', delayMs.median, limit)];
  });
}

/** Those of the demonstration: a line comes and goes in less than 0.3 s. */
function judgeInstances(outcomes: readonly StepOutcome[]): Aim[] {
  return outcomes
    .filter(({ role, step }) => role === 'subject' && step.includes('nginx.conf'))
    .flatMap(({ step, delayMs }) =>
      delayMs === undefined ? [] : [aim(`${step}, longest: 300 ms`, 'ms', delayMs.max, 300)],
    );
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
