import { AutotmplError } from '../core/errors.ts';
import type { Standing } from '../daemon/options.ts';
import { EXIT, exitCodeOf } from './exit-codes.ts';

/** Which exit code a single run has earned. What failed counts before what is missing, and that before what changed. */
export function judge(
  standing: Standing,
  request: { readonly dry: boolean; readonly detailedExitcode: boolean },
  timedOut: boolean,
): number {
  const [failure] = standing.failures;
  if (failure !== undefined) {
    return failure instanceof AutotmplError ? exitCodeOf(failure) : EXIT.failed;
  }
  if (standing.commandFailures.length > 0) return EXIT.failed;
  if (timedOut && standing.waiting.length > 0) {
    return standing.catalogTroubled ? EXIT.catalogUnavailable : EXIT.timedOut;
  }
  // Nothing is missing, and yet it was not done: a command, or a disk, took too long.
  if (timedOut) return EXIT.failed;
  return request.dry && request.detailedExitcode && standing.changed > 0 ? EXIT.changes : EXIT.done;
}
