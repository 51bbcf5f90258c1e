import type { Aim, Results } from '../results.ts';
import { asText, megabytes, type ResultTable } from './result-table.ts';
import { describeMachine, figure } from './table.ts';
import { tablesOf } from './tables.ts';

/** The results as text for a terminal. */
export function report(results: Results): string {
  const { machine, aims } = results;
  const tables = [...tablesOf(results).values()].map(asText);
  const last = aims.length === 0 ? [] : [asText(aimsTable(aims))];
  return `${[describeMachine(machine), ...tables, ...last].join('\n\n')}\n`;
}

/** What the project wants of itself, and what was seen. */
export function aimsTable(aims: readonly Aim[]): ResultTable {
  return {
    title: 'aim',
    head: ['limit', 'seen', ''],
    rows: aims.map(({ what, unit, limit, value, met }) => [
      what,
      quantity(limit, unit),
      quantity(value, unit),
      met ? 'met' : 'MISSED',
    ]),
  };
}

function quantity(value: number, unit: Aim['unit']): string {
  switch (unit) {
    case 'bytes':
      return `${megabytes(value)} MB`;
    case 'ms':
      return value < 10_000
        ? `${figure(value, value < 100 ? 2 : 0)} ms`
        : `${figure(value / 1000, 1)} s`;
    case 'ratio':
      return `× ${figure(value, 2)}`;
    case 'percent':
      return `${figure(value, 2)} %`;
    case 'count':
      return figure(value, 0);
    case 'slope':
      return figure(value, 2);
  }
}
