import { describeError } from '../core/errors.ts';
import type { ExplainedQuery, ExplainedTarget, Explanation } from '../daemon/explain.ts';

/** What templates ask, for programs. Values are never part of it, only their sizes. Durations are in milliseconds. */
export function explanationJson({ targets, policy }: Explanation): string {
  return `${JSON.stringify({ targets: targets.map(targetData), policy: policy ?? null }, undefined, 2)}\n`;
}

function targetData({ target, command, state, passes, queries, error }: ExplainedTarget) {
  return {
    target: target.label,
    template: target.source.name,
    engine: target.engine,
    state,
    passes,
    error: error === undefined ? null : describeError(error),
    command: command ?? null,
    queries: queries.map(queryData),
  };
}

function queryData({ id, query, pass, position, state, ...rest }: ExplainedQuery) {
  return {
    id,
    kind: query.kind,
    pass,
    position: position ?? null,
    state,
    reason: rest.reason === undefined ? null : describeError(rest.reason),
    ageMs: rest.ageMs ?? null,
    bytes: rest.bytes ?? null,
    waitsFor: rest.waitedFor ?? null,
  };
}
