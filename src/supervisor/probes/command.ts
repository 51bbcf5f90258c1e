import { runCommand } from '../../process/command.ts';
import { commandLabel, type CommandLine } from '../../process/command-line.ts';
import { describeResult } from '../../process/result.ts';
import { presentable, tooLate, unwell, type Finding, type ProbeParts } from './finding.ts';

/** Runs a command: exit code 0 is well, one other may mean a warning, all else is wrong. Its whole group is killed when its time is up. */
export async function probeCommand(
  command: CommandLine,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<Finding> {
  const { label, timeoutMs, cwd } = parts;
  const account = await parts.account();
  const result = await runCommand(command, {
    env: parts.environment(),
    ...(cwd === undefined ? {} : { cwd }),
    ...(account === undefined ? {} : { account }),
    timeoutMs,
    killAfterMs: 0,
    signal,
    onLine: parts.onLine,
  });
  const printed = presentable(result.tail.join('\n'));
  switch (result.outcome) {
    case 'ok':
      return { status: 'passing', output: printed || 'ok', timedOut: false, exitCode: 0 };
    case 'timedOut':
      return tooLate(label, timeoutMs);
    case 'failed': {
      const { exitCode } = result;
      const warning = exitCode !== undefined && exitCode === parts.warningExitCode;
      return {
        status: warning ? 'warning' : 'critical',
        output: printed || describeResult(commandLabel(command), result),
        timedOut: false,
        ...(exitCode === undefined ? {} : { exitCode }),
      };
    }
    case 'aborted':
    case 'couldNotStart':
      return unwell(describeResult(commandLabel(command), result));
  }
}
