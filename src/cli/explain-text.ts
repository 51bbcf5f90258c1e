import { describeError } from '../core/errors.ts';
import { formatDuration } from '../core/duration.ts';
import type { ExplainedQuery, ExplainedTarget, Explanation } from '../daemon/explain.ts';
import { countOf } from './count-of.ts';
import { printable } from './printable.ts';
import { table } from './table.ts';

/** What templates ask, for people: a section a template, then the policy. */
export function explanationText({ targets, policy }: Explanation): string {
  const sections = targets.map(section);
  const isWhole = targets.every(({ state }) => state !== 'incomplete');
  if (policy !== undefined) sections.push(policySection(policy, isWhole));
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function section(explained: ExplainedTarget): string[] {
  const { target, command, state, passes, queries, error } = explained;
  const title = `${target.label} (${target.source.name}): ${state} after ${countOf(passes, 'pass', 'passes')}`;
  const runs =
    command === undefined
      ? 'a change of any of them runs no command'
      : `a change of any of them runs: ${command}`;
  return [
    printable(title),
    ...(error === undefined ? [] : [`  ${printable(describeError(error))}`]),
    ...table(['PASS', 'STATE', 'AGE', 'SIZE', 'ASKED AT', 'QUERY'], queries.map(cells)),
    ...queries.flatMap(waiting),
    ...(queries.length === 0 ? ['it asks nothing'] : [printable(runs)]),
  ];
}

function cells({ pass, state, ageMs, bytes, position, id }: ExplainedQuery): string[] {
  return [
    String(pass),
    state,
    ageMs === undefined ? '-' : formatDuration(ageMs),
    bytes === undefined ? '-' : `${bytes} B`,
    position === undefined
      ? '-'
      : `${position.template}:${position.line}:${position.column}`.slice(-24),
    id,
  ];
}

function waiting({ id, waitedFor, reason }: ExplainedQuery): string[] {
  if (waitedFor === undefined) return [];
  const why =
    waitedFor === 'absent'
      ? 'it does not exist'
      : reason === undefined
        ? 'it has not been answered'
        : describeError(reason);
  return [`waits for ${printable(id)}: ${printable(why)}`];
}

function policySection(policy: string, isWhole: boolean): string[] {
  if (policy === '') return ['Consul needs no rule for this: any token that is valid will do.'];
  const title = isWhole
    ? 'The Consul policy that a token needs for this, and no more:'
    : 'The Consul policy that a token needs for what was asked so far:';
  return [title, '', policy.trimEnd()];
}
