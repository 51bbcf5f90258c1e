import type { HealthReport } from '../../catalog/registrar.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Account } from '../../process/account.ts';
import { presentable } from '../../probe/presentable.ts';
import type { Sight } from '../../probe/sight.ts';
import type { OutputStream } from '../../process/output-budget.ts';

/** What a probe found, and whether it ran out of time. */
export interface Finding extends HealthReport {
  readonly timedOut: boolean;
  /** How a command ended, where that is not plain from the status: `exit code 3`, `killed by SIGSEGV`. */
  readonly ending?: string;
}

/** What a command works with. */
export interface CommandParts {
  /** What it is called in messages: `app.health`. */
  readonly label: string;
  readonly warningExitCode: number | undefined;
  /** `ofUser` is what a user finds of itself there, unless the config says otherwise. */
  readonly environment: (
    ofUser?: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly account: () => Promise<Account | undefined>;
  readonly onLine: (stream: OutputStream, line: string, pid: number) => void;
}

/** All is well. */
export function well(output: string): Finding {
  return { status: 'passing', output: presentable(output), timedOut: false };
}

/** Something is wrong. */
export function unwell(output: string): Finding {
  return { status: 'critical', output: presentable(output), timedOut: false };
}

/** What a look at something means for a health. */
export function findingOf({ ok, said, more = '' }: Sight): Finding {
  const output = more === '' ? said : `${said}\n${more}`;
  return ok ? well(output) : unwell(output);
}

/** It took too long: `app.health timeout after 300ms`, as ContainerPilot says it, and behind it what was found until then. */
export function tooLate(label: string, timeoutMs: number, { output }: HealthReport): Finding {
  const said = `${label} timeout after ${formatDuration(timeoutMs)}`;
  return {
    status: 'critical',
    output: output === '' ? said : presentable(`${said}\n${output}`),
    timedOut: true,
  };
}
