import type { FileTarget } from '../target.ts';
import type { Difference } from './compare-file.ts';
import type { ExpectedFile } from './expected-file.ts';

/** A file that is looked after: what it should be, and how it differs from that. */
export interface DriftingFile {
  readonly target: FileTarget;
  expected: ExpectedFile;
  /** Absent: it does not differ. */
  drift?: { readonly sinceMs: number; readonly difference: Difference };
}
