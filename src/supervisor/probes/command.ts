import { presentable } from '../../probe/presentable.ts';
import { runCommand } from '../../process/command.ts';
import type { CommandLine } from '../../process/command-line.ts';
import type { CommandResult } from '../../process/result.ts';
import { unwell, type CommandParts, type Finding } from './finding.ts';

/**
 * Runs a command: exit code 0 is well, one other may mean a warning, all else is wrong. Its whole group is killed when the signal
 * aborts. What it was called with stays out of the finding, since the whole catalog reads that, and passwords are among arguments.
 */
export async function probeCommand(
  command: CommandLine,
  parts: CommandParts,
  signal: AbortSignal,
): Promise<Finding> {
  const { cwd } = parts;
  const account = await parts.account();
  const result = await runCommand(command, {
    env: parts.environment(account?.variables),
    ...(cwd === undefined ? {} : { cwd }),
    ...(account === undefined ? {} : { account }),
    // Whoever calls keeps the time.
    timeoutMs: Infinity,
    killAfterMs: 0,
    signal,
    onLine: parts.onLine,
  });
  const printed = presentable(result.tail.join('\n'));
  switch (result.outcome) {
    case 'ok':
      return { status: 'passing', output: printed || 'ok', timedOut: false };
    case 'failed': {
      const isWarning = result.exitCode !== undefined && result.exitCode === parts.warningExitCode;
      const ending = endingOf(result);
      return {
        status: isWarning ? 'warning' : 'critical',
        output: printed || `${parts.label}: ${ending}`,
        timedOut: false,
        ending,
      };
    }
    case 'couldNotStart':
      return unwell(`${parts.label}: ${programOf(command)} could not be started: ${result.reason}`);
    case 'aborted':
    case 'timedOut':
      return unwell(printed);
  }
}

function endingOf({ exitCode, signal }: CommandResult & { readonly outcome: 'failed' }): string {
  return signal === undefined ? `exit code ${exitCode}` : `killed by ${signal}`;
}

function programOf(command: CommandLine): string {
  return typeof command === 'string' ? 'sh' : (command[0] ?? '');
}
