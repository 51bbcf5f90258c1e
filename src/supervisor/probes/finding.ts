import type { HealthReport } from '../../catalog/registrar.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Account } from '../../process/account.ts';
import type { OutputStream } from '../../process/output-budget.ts';

/** What a probe found, and whether it ran out of time. */
export interface Finding extends HealthReport {
  readonly timedOut: boolean;
  /** The exit code of a command. */
  readonly exitCode?: number;
}

/** What a probe works with. */
export interface ProbeParts {
  readonly timeoutMs: number;
  /** What a command of it is called in messages: `app.health`. */
  readonly label: string;
  readonly warningExitCode: number | undefined;
  readonly environment: () => Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
  readonly account: () => Promise<Account | undefined>;
  readonly onLine: (stream: OutputStream, line: string) => void;
}

/** The catalog keeps 4 kB of a check's output; the end of it is what tells. */
const LONGEST_OUTPUT = 4000;

/** All is well. */
export function well(output: string): Finding {
  return { status: 'passing', output: presentable(output), timedOut: false };
}

/** Something is wrong. */
export function unwell(output: string): Finding {
  return { status: 'critical', output: presentable(output), timedOut: false };
}

/** It took too long: `app.health timeout after 300ms`, as ContainerPilot says it. */
export function tooLate(label: string, timeoutMs: number): Finding {
  const output = `${label} timeout after ${formatDuration(timeoutMs)}`;
  return { status: 'critical', output, timedOut: true };
}

/** Text as people may see it in a catalog: without control characters but line feeds, and not too much of it. */
export function presentable(text: string): string {
  const plain = text.replace(/[^\P{Cc}\n\t]/gu, '').trim();
  return plain.length <= LONGEST_OUTPUT ? plain : `…${plain.slice(-LONGEST_OUTPUT)}`;
}
