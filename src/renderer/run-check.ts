import { runCommand } from '../process/command.ts';
import { commandEnvironment } from '../process/environment.ts';
import { findProgram } from '../process/find-program.ts';
import type { CommandResult } from '../process/result.ts';
import type { CheckRules } from './safety.ts';
import { STAGED_VARIABLE, withStaged } from './staged-words.ts';

/** The system grants one variable 128 KiB (MAX_ARG_STRLEN); a check must not fail to start because a group has many files. */
const LONGEST_VARIABLE_BYTES = 100_000;

/** A file that a check may look at: where it will be, and where its text is until then. */
export interface StagedPath {
  readonly destination: string;
  readonly path: string;
}

/** A check that is to be made. */
export interface CheckRequest extends StagedPath {
  readonly rules: CheckRules;
  /** All that is put in place together with it, itself included. */
  readonly files: readonly StagedPath[];
}

/** Starts a check and waits for its end; never rejects. */
export type RunCheck = (request: CheckRequest, signal: AbortSignal) => Promise<CommandResult>;

/** What a check is run with. */
export interface RunCheckOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Kills it in the very moment when it aborts. */
  readonly insist: AbortSignal;
}

/**
 * Runs the check of a staged file to its end. `{{ staged }}` in its command, and `AUTOTMPL_STAGED`, are the file's path, `AUTOTMPL_DESTINATION` where it will be, and
 * `AUTOTMPL_STAGED_FILES` both of all files that go with it, one a line with a tab between (absent where they are too many for a variable).
 */
export async function runCheck(
  { rules, destination, path, files }: CheckRequest,
  { environment, insist }: RunCheckOptions,
  signal: AbortSignal,
): Promise<CommandResult> {
  const list = files.map((file) => `${file.destination}\t${file.path}`).join('\n');
  const env = commandEnvironment(environment, {
    [STAGED_VARIABLE]: path,
    AUTOTMPL_DESTINATION: destination,
    ...(Buffer.byteLength(list) <= LONGEST_VARIABLE_BYTES && { AUTOTMPL_STAGED_FILES: list }),
  });
  return runCommand(findProgram(withStaged(rules.command, path), env), {
    ...{ env, timeoutMs: rules.timeoutMs, signal, insist },
    // What it printed last is in its result.
    onLine: () => undefined,
  });
}
