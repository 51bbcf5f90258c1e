import type { Answer } from '../catalog/catalog.ts';
import { queryId } from '../catalog/query.ts';
import { AutotmplError, describeError } from '../core/errors.ts';
import { createMask, REDACTED } from '../output/mask.ts';
import type { Missing } from '../template/engine.ts';
import type { Resolution } from './resolve.ts';

/** What is wrong with a template, without the secrets that it met. */
export function templateError({
  rendering,
  error,
}: Extract<Resolution, { kind: 'failed' }>): AutotmplError {
  const advice = error instanceof AutotmplError ? error.advice : undefined;
  return new AutotmplError('template', createMask(rendering.secrets, REDACTED)(error.message), {
    cause: error,
    ...(advice === undefined ? {} : { advice }),
  });
}

/** Something is not there, and the target must not wait for it. */
export function absentError(
  label: string,
  template: string,
  { query, position }: Missing,
): AutotmplError {
  const place = position ? `${position.template}:${position.line}:${position.column}` : template;
  const message = `${label} cannot be rendered: the catalog has no ${queryId(query)}, used at ${place}`;
  const advice = 'put it there, or remove err_on_failed_lookup to wait for it';
  return new AutotmplError('template', message, { advice });
}

/** What holds a file, and how somebody has it tried again, where nothing else is to be done first. */
export function withAdvice(error: AutotmplError, advice: string | undefined): AutotmplError {
  if (advice === undefined || error.advice !== undefined) return error;
  return new AutotmplError(error.code, error.message, { cause: error, advice });
}

/** Something can never be answered, and `-once` would wait for ever. */
export function hopelessError(label: string, answer: Answer | undefined): AutotmplError {
  const why = answer?.state === 'held' ? describeError(answer.reason) : 'it can never be answered';
  return new AutotmplError('template', `${label} cannot be rendered: ${why}`);
}
