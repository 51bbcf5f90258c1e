import { AutotmplError } from '../core/errors.ts';
import type { Standing } from '../daemon/options.ts';
import { EXIT, exitCodeOf, failedCode } from './exit-codes.ts';
import type { Program } from './program-name.ts';

/** Which exit code a single run has earned. What failed counts before what is missing, and that before what changed. */
export function judge(
  standing: Standing,
  request: {
    readonly dry: boolean;
    readonly detailedExitcode: boolean;
    readonly program: Program;
  },
  timedOut: boolean,
): number {
  const { program } = request;
  const [failure] = standing.failures;
  if (failure !== undefined) {
    return failure instanceof AutotmplError ? exitCodeOf(failure, program) : failedCode(program);
  }
  if (standing.commandFailures.length > 0) return failedCode(program);
  if (timedOut && standing.waiting.length > 0 && program !== 'consul-template') {
    return standing.catalogTroubled ? EXIT.catalogUnavailable : EXIT.timedOut;
  }
  // Nothing is missing, and yet it was not done: a command, or a disk, took too long.
  if (timedOut) return failedCode(program);
  return request.dry && request.detailedExitcode && standing.changed > 0 ? EXIT.changes : EXIT.done;
}
