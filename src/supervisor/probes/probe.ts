import type { HealthReport } from '../../catalog/registrar.ts';
import type { Account } from '../../process/account.ts';
import type { OutputStream } from '../../process/output-budget.ts';
import type { HealthSettings } from '../settings.ts';
import { probeCommand } from './command.ts';
import { probeFile } from './file.ts';
import { probeHttp } from './http.ts';
import { probeTcp } from './tcp.ts';

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

/** Finds out, once, whether something is well; never rejects, and takes no longer than its time. */
export function runProbe(
  { probe }: HealthSettings,
  parts: ProbeParts,
  signal: AbortSignal,
): Promise<Finding> {
  switch (probe.kind) {
    case 'exec':
      return probeCommand(probe.command, parts, signal);
    case 'http':
      return probeHttp(probe.url, parts, signal);
    case 'tcp':
      return probeTcp(probe.address, parts, signal);
    case 'file':
      return probeFile(probe.path);
    case 'none':
      return Promise.resolve({ status: 'passing', output: 'ok', timedOut: false });
  }
}
