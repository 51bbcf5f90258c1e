import { AutotmplError, describeError, type ErrorCode } from '../../core/errors.ts';
import type { Position } from '../engine.ts';

/**
 * What went wrong in a template, and where. The message is a template author's: Go's own words where Go has some, and types
 * instead of values, since a value may be a secret.
 */
export class GoFailure extends Error {
  override readonly name = 'GoFailure';
  readonly position: Position;
  readonly advice: string | undefined;

  constructor(
    position: Position,
    message: string,
    details: { readonly advice?: string | undefined; readonly cause?: unknown } = {},
  ) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.position = position;
    this.advice = details.advice;
  }
}

/** The failure as people read it: `template:line:column: message`. */
export function asTemplateError(error: unknown, code: ErrorCode): AutotmplError {
  if (!(error instanceof GoFailure)) {
    if (error instanceof AutotmplError) return error;
    return new AutotmplError(code, describeError(error), { cause: error });
  }
  const { template, line, column } = error.position;
  return new AutotmplError(code, `${template}:${line}:${column}: ${error.message}`, {
    cause: error,
    ...(error.advice === undefined ? {} : { advice: error.advice }),
  });
}
