import type { Place } from './case-file.ts';
import type { Complaint } from './judge.ts';

/** What became of a case. */
export interface CaseResult {
  /** The file that it is in, as people know it. */
  readonly file: string;
  readonly name: string;
  readonly place: Place;
  /** None: it passed. */
  readonly complaints: readonly Complaint[];
  /** Whether an expected text of it was written anew. */
  readonly updated: boolean;
  readonly durationMs: number;
}

/** Whether a case passed. */
export function hasPassed({ complaints }: CaseResult): boolean {
  return complaints.length === 0;
}

/** How many cases passed, and how many did not. */
export function countResults(results: readonly CaseResult[]): {
  readonly passed: number;
  readonly failed: number;
  readonly updated: number;
} {
  const passed = results.filter(hasPassed).length;
  const updated = results.filter((one) => one.updated).length;
  return { passed, failed: results.length - passed, updated };
}

/** A complaint with its place, and below it what shows it. */
export function complaintText({ place, message, detail }: Complaint): string {
  const sentence = `${place.file}:${place.line}:${place.column}: ${message}`;
  return detail === undefined ? sentence : `${sentence}\n${detail.trimEnd()}`;
}
