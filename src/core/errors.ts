/**
 * Where a failure belongs. The command line maps each code to one exit code
 * (`src/cli/exit-codes.ts`), so a code is added only together with its row there.
 */
export type ErrorCode =
  /** The command line was wrong. */
  | 'usage'
  /** A config file was wrong, or what it names cannot be used. */
  | 'config'
  /** The same of a config of ContainerPilot's, which ends with ContainerPilot's own exit code. */
  | 'containerpilotConfig'
  /** A template is missing, broken, or failed while it ran. */
  | 'template'
  /** A command could not start, failed, or ran out of time. */
  | 'command'
  /** The catalog cannot be reached or refuses to answer. */
  | 'catalog'
  /** The catalog answers, but data that a template needs never came. */
  | 'waiting'
  /** A running program could not be asked, or refused. */
  | 'control'
  /** A file cannot be written. */
  | 'output'
  /** A text was refused by the check of its target. */
  | 'check'
  /** A guard objects to the data that a file would be made of. */
  | 'guard';

/** What an {@link AutotmplError} may carry beside its message. */
export interface ErrorDetails {
  /** What the reader can do about it, as one sentence. */
  readonly advice?: string;
  /** The error that led to this one. */
  readonly cause?: unknown;
}

/**
 * An error that a person is meant to read: the message says what failed, on what and why; `advice`
 * says what to do. It never holds a secret. Anything else that is thrown is a defect of ours.
 */
export class AutotmplError extends Error {
  override readonly name = 'AutotmplError';
  readonly code: ErrorCode;
  readonly advice: string | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.advice = details.advice;
  }
}

/** Turns any thrown value into text for people: an AutotmplError with its advice, else its message. */
export function describeError(error: unknown): string {
  if (error instanceof AutotmplError) {
    return error.advice === undefined ? error.message : `${error.message} (${error.advice})`;
  }
  return error instanceof Error ? error.message : String(error);
}

/** The system's own name for an error (`ENOENT`, `ECONNREFUSED`, …), or undefined where it has none. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
