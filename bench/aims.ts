import { judgeFlat, judgeForms, judgeGrowth, judgeScale, judgeStorm } from './aims-at-scale.ts';
import type { Aim, ChangeOutcome, OnceOutcome, ScenarioResults, StepOutcome } from './results.ts';
import { atMost } from './at-most.ts';

const MANY = 1000;
const RENDER_LIMITS_MS: Readonly<Record<string, number>> = { 'in Go': 10, 'in Nunjucks': 5 };

/** The aims that a run says something about, met or not. */
export function judge(results: ScenarioResults): Aim[] {
  return [
    ...judgeChange(results.change ?? []),
    ...judgeOnce(results.once ?? []),
    ...judgeInstances(results.instances ?? []),
    ...judgeRender(results.render ?? []),
    ...judgeScale(results.scale ?? []),
    ...judgeGrowth(results.growth?.slopes ?? []),
    ...judgeStorm(results.storm ?? []),
    ...judgeFlat(results.flat ?? []),
    ...judgeForms(results.forms ?? []),
  ];
}

function judgeRender(outcomes: readonly StepOutcome[]): Aim[] {
  return outcomes.flatMap(({ step, delayMs }) =>
    atMost(
      'render',
      `1,000 instances ${step}, median`,
      'ms',
      delayMs?.median,
      RENDER_LIMITS_MS[step],
    ),
  );
}

/** Those of the demonstration: a line comes and goes in less than 0.3 s. */
function judgeInstances(outcomes: readonly StepOutcome[]): Aim[] {
  return outcomes
    .filter(({ role, step }) => role === 'subject' && step.includes('nginx.conf'))
    .flatMap(({ step, delayMs }) =>
      atMost('instances', `${step}, longest`, 'ms', delayMs?.max, 300),
    );
}

function judgeChange(outcomes: readonly ChangeOutcome[]): Aim[] {
  const bare = outcomes.find(({ role }) => role === 'baseline')?.delayMs?.median;
  const ours = outcomes.find(({ role }) => role === 'subject')?.delayMs;
  const limit = bare === undefined ? undefined : bare + 2;
  return [
    ...atMost('change', 'change to file, median: the bare query + 2 ms', 'ms', ours?.median, limit),
    ...atMost('change', 'change to file, p99', 'ms', ours?.p99, 25),
  ];
}

function judgeOnce(outcomes: readonly OnceOutcome[]): Aim[] {
  const find = (role: OnceOutcome['role'], templates: number) =>
    outcomes.find((outcome) => outcome.role === role && outcome.templates === templates);
  const one = find('subject', 1);
  const many = find('subject', MANY);
  const peer = find('peer', MANY);
  const peerMs = peer?.wallMs?.median;
  const ratio =
    peerMs === undefined || many?.wallMs === undefined ? undefined : many.wallMs.median / peerMs;
  return [
    ...atMost('once', '-once with 1 template, to node -e 0', 'ratio', one?.ratio, 2),
    ...atMost('once', `-once with 1,000 templates, to ${peer?.contender}`, 'ratio', ratio, 1.5),
    ...atMost('once', '-once with 1,000 templates', 'ms', many?.wallMs?.median, 3000),
    ...atMost('once', '-once with 1,000 templates', 'bytes', many?.peakMemoryBytes, 200e6),
  ];
}
