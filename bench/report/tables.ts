import type { IdleOutcome, OnceOutcome, ScenarioResults, StepOutcome } from '../results.ts';
import { megabytes, note, type ResultTable } from './result-table.ts';
import {
  flatTable,
  formsTable,
  growthTable,
  scaleTable,
  slopesTable,
  stormTable,
} from './scale-tables.ts';
import { RUN_HEAD, runCells } from './run-columns.ts';
import { figure } from './table.ts';

/** The tables of a run by the names of their scenarios; `growth` has another, of its slopes. Ratios are against the baseline of the same run. */
export function tablesOf(results: ScenarioResults): ReadonlyMap<string, ResultTable> {
  const { change, once, idle, start, jobs, critical, instances, render, many } = results;
  const { scale, growth, storm, flat, forms } = results;
  const tables: readonly (readonly [string, ResultTable | undefined])[] = [
    ['change', change && stepTable('(a) change to file', change, 2)],
    ['once', once && onceTable(once)],
    [
      'idle',
      idle &&
        idleTable(
          `(c) idle for ${idle.windowMs / 1000} s, 100 keys and 100 services`,
          idle.outcomes,
        ),
    ],
    ['start', start && stepTable('(d) start of a supervisor', start)],
    [
      'jobs',
      jobs &&
        idleTable(
          `(e) supervising for ${jobs.windowMs / 1000} s, a check each 10 s for each job`,
          jobs.outcomes,
        ),
    ],
    ['critical', critical && stepTable('(f) a check fails', critical)],
    ['instances', instances && stepTable('(g) instances come and go', instances)],
    ['render', render && stepTable('(h) a render', render)],
    ['many', many && stepTable('(i) a change, one file of many', many)],
    ['scale', scale && scaleTable(scale)],
    ['growth', growth && growthTable(growth.outcomes)],
    ['slopes', growth && slopesTable(growth.slopes)],
    ['storm', storm && stormTable(storm)],
    ['flat', flat && flatTable(flat)],
    ['forms', forms && formsTable(forms)],
  ];
  return new Map(tables.flatMap(([name, table]) => (table === undefined ? [] : [[name, table]])));
}

function onceTable(outcomes: readonly OnceOutcome[]): ResultTable {
  return {
    title: '(b) -once',
    head: ['templates', ...RUN_HEAD],
    rows: outcomes.map((outcome) => [
      outcome.contender,
      String(outcome.templates),
      ...runCells(outcome),
    ]),
  };
}

function stepTable(
  title: string,
  outcomes: readonly (Omit<StepOutcome, 'step'> & { readonly step?: string })[],
  digits = 1,
): ResultTable {
  return {
    title,
    head: ['median ms', 'p99 ms', 'min ms', 'ratio', ''],
    rows: outcomes.map((outcome) => [
      outcome.step === undefined ? outcome.contender : `${outcome.contender}: ${outcome.step}`,
      figure(outcome.delayMs?.median, digits),
      figure(outcome.delayMs?.p99, digits),
      figure(outcome.delayMs?.min, digits),
      figure(outcome.ratio, 2),
      note(outcome),
    ]),
  };
}

function idleTable(title: string, outcomes: readonly IdleOutcome[]): ResultTable {
  return {
    title,
    head: ['RSS MB', 'CPU %', 'connections', 'ready ms', ''],
    rows: outcomes.map((outcome) => [
      outcome.contender,
      megabytes(outcome.memoryBytes),
      figure(outcome.cpuPercent, 2),
      figure(outcome.connections, 0),
      figure(outcome.readyMs, 0),
      note(outcome),
    ]),
  };
}
