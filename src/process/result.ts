import { formatDuration } from '../core/duration.ts';

/** What every run leaves behind. */
interface Run {
  readonly durationMs: number;
  /** The last lines of its output, the newest last. They may hold secrets: mask before printing. */
  readonly tail: readonly string[];
  /** Lines that were not handed on, since there were too many. */
  readonly droppedLines: number;
}

/** How a command ended. */
export type CommandResult =
  | (Run & { readonly outcome: 'ok'; readonly exitCode: 0 })
  /** It ended on its own: with a code other than 0, or by a signal that was not ours. Never both. */
  | (Run & {
      readonly outcome: 'failed';
      readonly exitCode?: number;
      readonly signal?: NodeJS.Signals;
    })
  /** It had its time, and its group was ended. */
  | (Run & { readonly outcome: 'timedOut'; readonly timeoutMs: number })
  /** The caller's signal aborted, and its group was ended. */
  | (Run & { readonly outcome: 'aborted' })
  /** There was never a process. `reason` is for people. */
  | (Run & { readonly outcome: 'couldNotStart'; readonly reason: string });

/** How a command ended, as a sentence without its full stop. `label` is what people know it by. */
export function describeResult(label: string, result: CommandResult): string {
  const command = `The command "${label}"`;
  switch (result.outcome) {
    case 'ok':
      return `${command} succeeded in ${formatDuration(result.durationMs)}`;
    case 'failed':
      return result.signal === undefined
        ? `${command} ended with exit code ${result.exitCode}${exitCodeHint(result.exitCode)}`
        : `${command} was killed by ${result.signal}`;
    case 'timedOut':
      return `${command} ran longer than ${formatDuration(result.timeoutMs)} and was killed`;
    case 'aborted':
      return `${command} was stopped after ${formatDuration(result.durationMs)}`;
    case 'couldNotStart':
      return `${command} could not be started: ${result.reason}`;
  }
}

/** What a shell means by its own codes (POSIX, Shell Command Language, 2.8.2). */
function exitCodeHint(exitCode: number | undefined): string {
  if (exitCode === 127) return ' (a program of it was not found)';
  if (exitCode === 126) return ' (a program of it may not be executed)';
  if (exitCode !== undefined && exitCode > 128 && exitCode <= 192) {
    return ` (in a shell: killed by signal ${exitCode - 128})`;
  }
  return '';
}
