import { AutotmplError } from '../core/errors.ts';
import type { RunResult } from '../daemon.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';

/** Which exit code a single run has earned. What failed counts before what is missing, and that before what changed. */
export function judge(
  result: RunResult,
  request: { readonly dry: boolean; readonly detailedExitcode: boolean },
  timedOut: boolean,
): number {
  const [failure] = result.failures;
  if (failure !== undefined) {
    return failure instanceof AutotmplError ? exitCodeOf(failure) : EXIT.failed;
  }
  if (result.commandFailures.length > 0) return EXIT.failed;
  if (timedOut) return result.catalogTroubled ? EXIT.catalogUnavailable : EXIT.timedOut;
  return request.dry && request.detailedExitcode && result.changed > 0 ? EXIT.changes : EXIT.done;
}
