import type { Aim, IdleOutcome, OnceOutcome, Outcome, Results, StepOutcome } from './results.ts';
import { describeMachine, figure, table, type Row } from './table.ts';

/** The results as text for a terminal. Ratios are against the baseline of the same run. */
export function report(results: Results): string {
  const { machine, change, once, idle, start, jobs, critical, instances, render, many, aims } =
    results;
  const parts = [describeMachine(machine)];
  if (change !== undefined) {
    const head = ['(a) change to file', 'median ms', 'p99 ms', 'min ms', 'ratio', ''];
    const rows = change.map((outcome) => [
      outcome.contender,
      figure(outcome.delayMs?.median, 2),
      figure(outcome.delayMs?.p99, 2),
      figure(outcome.delayMs?.min, 2),
      figure(outcome.ratio, 2),
      note(outcome),
    ]);
    parts.push(table(head, rows));
  }
  if (once !== undefined) parts.push(onceTable(once));
  if (idle !== undefined) {
    const what = `(c) idle for ${idle.windowMs / 1000} s, 100 keys and 100 services`;
    parts.push(idleTable(what, idle.outcomes));
  }
  if (start !== undefined) parts.push(stepTable('(d) start of a supervisor', start));
  if (jobs !== undefined) {
    const what = `(e) supervising for ${jobs.windowMs / 1000} s, a check each 10 s for each job`;
    parts.push(idleTable(what, jobs.outcomes));
  }
  if (critical !== undefined) parts.push(stepTable('(f) a check fails', critical));
  if (instances !== undefined) parts.push(stepTable('(g) instances come and go', instances));
  if (render !== undefined) parts.push(stepTable('(h) a render', render));
  if (many !== undefined) parts.push(stepTable('(i) a change, one file of many', many));
  if (aims.length > 0) parts.push(table(['aim', 'limit', 'seen', ''], aims.map(aimRow)));
  return `${parts.join('\n\n')}\n`;
}

function onceTable(outcomes: readonly OnceOutcome[]): string {
  const head = ['(b) -once', 'templates', 'median ms', 'min ms', 'peak MB', 'ratio', ''];
  const rows = outcomes.map((outcome) => [
    outcome.contender,
    outcome.role === 'baseline' ? '' : String(outcome.templates),
    figure(outcome.wallMs?.median, 0),
    figure(outcome.wallMs?.min, 0),
    megabytes(outcome.peakMemoryBytes),
    figure(outcome.ratio, 2),
    note(outcome),
  ]);
  return table(head, rows);
}

function stepTable(what: string, outcomes: readonly StepOutcome[]): string {
  const head = [what, 'median ms', 'p99 ms', 'min ms', 'ratio', ''];
  const rows = outcomes.map((outcome) => [
    `${outcome.contender}: ${outcome.step}`,
    figure(outcome.delayMs?.median, 1),
    figure(outcome.delayMs?.p99, 1),
    figure(outcome.delayMs?.min, 1),
    figure(outcome.ratio, 2),
    note(outcome),
  ]);
  return table(head, rows);
}

function idleTable(what: string, outcomes: readonly IdleOutcome[]): string {
  const head = [what, 'RSS MB', 'CPU %', 'connections', 'ready ms', ''];
  const rows = outcomes.map((outcome) => [
    outcome.contender,
    megabytes(outcome.memoryBytes),
    figure(outcome.cpuPercent, 2),
    figure(outcome.connections, 0),
    figure(outcome.readyMs, 0),
    note(outcome),
  ]);
  return table(head, rows);
}

function aimRow({ what, unit, limit, value, met }: Aim): Row {
  const show = (number: number) => {
    if (unit === 'bytes') return `${megabytes(number)} MB`;
    return unit === 'ms' ? `${figure(number, number < 100 ? 2 : 0)} ms` : `× ${figure(number, 2)}`;
  };
  return [what, show(limit), show(value), met ? 'met' : 'MISSED'];
}

function note({ failure }: Outcome): string {
  return failure === undefined ? '' : `FAILED: ${failure.replace(/\s+/g, ' ').slice(0, 160)}`;
}

function megabytes(bytes: number | undefined): string {
  return figure(bytes === undefined ? undefined : bytes / 1e6, 0);
}
