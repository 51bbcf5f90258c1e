import type { OnceOutcome } from '../results.ts';
import { megabytes, note } from './result-table.ts';
import { figure } from './table.ts';

/** What stands over {@link runCells}. */
export const RUN_HEAD = ['median ms', 'min ms', 'ratio', 'CPU ms', 'CPU ratio', 'peak MB', ''];

/** What one whole run took, and what is to be said of it. */
export function runCells(outcome: OnceOutcome): string[] {
  return [
    figure(outcome.wallMs?.median, 0),
    figure(outcome.wallMs?.min, 0),
    figure(outcome.ratio, 2),
    figure(outcome.cpuMs, 0),
    figure(outcome.cpuRatio, 2),
    megabytes(outcome.peakMemoryBytes),
    note(outcome),
  ];
}
