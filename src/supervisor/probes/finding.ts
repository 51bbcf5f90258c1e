import type { HealthReport } from '../../catalog/registrar.ts';
import { formatDuration } from '../../core/duration.ts';
import type { Account } from '../../process/account.ts';
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

/** The catalog keeps 4 kB of a check's output, and of more the beginning; the end is what tells. */
const LONGEST_OUTPUT_BYTES = 4000;

/** All is well. */
export function well(output: string): Finding {
  return { status: 'passing', output: presentable(output), timedOut: false };
}

/** Something is wrong. */
export function unwell(output: string): Finding {
  return { status: 'critical', output: presentable(output), timedOut: false };
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

/** Text as people may see it in a catalog: without control characters but line feeds and tabs, and the end of it where it is long. */
export function presentable(text: string): string {
  const plain = text.replace(/[^\P{Cc}\n\t]/gu, '').trim();
  const bytes = Buffer.from(plain);
  if (bytes.length <= LONGEST_OUTPUT_BYTES) return plain;
  const end = bytes.subarray(-LONGEST_OUTPUT_BYTES).toString();
  // The first character may have been cut in two.
  return `…${end.replace(/^\uFFFD+/, '')}`;
}
