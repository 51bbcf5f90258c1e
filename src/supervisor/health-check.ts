import type { HealthReport, HealthStatus } from '../catalog/registrar.ts';
import type { Actor } from '../core/actor.ts';
import type { Bus } from '../core/bus.ts';
import { describeError } from '../core/errors.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { findAccount } from '../process/account.ts';
import type { OutputStream } from '../process/output-budget.ts';
import { unwell, type Finding } from './probes/finding.ts';
import { runProbe } from './probes/probe.ts';
import type { HealthSettings } from './settings.ts';

/** What a check works with. */
export interface HealthCheckOptions {
  /** Whose health it is. */
  readonly job: string;
  readonly settings: HealthSettings;
  /** `ofUser` is what a user finds of itself there, unless the config says otherwise. */
  readonly environment: (
    ofUser?: Readonly<Record<string, string>>,
  ) => Readonly<Record<string, string>>;
  readonly user?: string;
  readonly cwd?: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly bus: Bus;
  /** Takes what a check printed. */
  readonly onLine: (stream: OutputStream, line: string, pid: number) => void;
  /** Called after each check. */
  readonly onReport: (report: HealthReport) => void;
  /** Masks secrets in what it found: that is logged, shown, and told to the catalog. */
  readonly mask?: (text: string) => string;
  readonly probe?: typeof runProbe;
}

/**
 * Checks at an interval, one check at a time: a slow one delays the next. Says in the log how things change, and nothing while they
 * stay as they are.
 */
export class HealthCheck implements Actor {
  readonly name: string;
  readonly #options: HealthCheckOptions;
  #last: HealthStatus | undefined;

  constructor(options: HealthCheckOptions) {
    this.name = `${options.job}.health`;
    this.#options = options;
  }

  /** Checks until told to stop; the check under way is ended then, and reports nothing. */
  async run(signal: AbortSignal): Promise<void> {
    const { settings, clock, onReport, bus, job } = this.#options;
    if (settings.first === 'later') await clock.sleep(settings.intervalMs, signal);
    while (!signal.aborted) {
      const startedAtMs = clock.now();
      const finding = this.#masked(await this.#check(signal));
      if (signal.aborted) return;
      // The machine's clock may have been set back meanwhile.
      const durationMs = Math.max(0, clock.now() - startedAtMs);
      this.#say(finding);
      const { status, timedOut } = finding;
      bus.emit('check:ended', { job, status, durationMs, timedOut });
      onReport({ status, output: finding.output });
      await clock.sleep(Math.max(0, settings.intervalMs - durationMs), signal);
    }
  }

  #masked(finding: Finding): Finding {
    const { mask } = this.#options;
    return mask === undefined ? finding : { ...finding, output: mask(finding.output) };
  }

  async #check(signal: AbortSignal): Promise<Finding> {
    const { settings, environment, user, cwd, clock, onLine, probe = runProbe } = this.#options;
    try {
      return await probe(
        settings,
        {
          label: this.name,
          clock,
          warningExitCode: settings.warningExitCode,
          environment,
          cwd,
          account: async () => (user === undefined ? undefined : await findAccount(user)),
          onLine,
        },
        signal,
      );
    } catch (error) {
      return unwell(describeError(error));
    }
  }

  #say({ status, output, ending, timedOut }: Finding): void {
    const { logger, job } = this.#options;
    const before = this.#last;
    this.#last = status;
    if (status === before) return;
    const fields = { job, status };
    if (status === 'passing') logger.info(`${job} is healthy`, fields);
    else if (timedOut) logger.warn(output, fields);
    else {
      const state = status === 'warning' ? 'in a warning state' : 'unhealthy';
      const how = ending === undefined || output.endsWith(ending) ? '' : ` (${ending})`;
      logger.warn(`${job} is ${state}${how}: ${output}`, fields);
    }
  }
}
