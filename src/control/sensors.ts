import type { Actor } from '../core/actor.ts';
import type { Logger } from '../core/logger.ts';
import type { Clock } from '../core/time.ts';
import { runCommand } from '../process/command.ts';
import { describeResult } from '../process/result.ts';
import { commandLabel } from '../process/command-line.ts';
import { describeError } from '../core/errors.ts';
import type { SensorSettings } from './settings.ts';
import { metricName } from './user-metrics.ts';

/** What a sensor works with. */
export interface SensorOptions {
  readonly settings: SensorSettings;
  /** Takes the number; throws where it cannot be taken. */
  readonly record: (name: string, value: number) => void;
  readonly onFailure: (name: string) => void;
  /** What commands find in their environment. */
  readonly environment: () => Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A number is a line; what comes after this is nothing that anybody measures. */
const LONGEST_OUTPUT = 4096;

/**
 * Runs a sensor's command again and again, the first time after one interval, and records the number that it prints. One run at a
 * time; one whose time is up is killed with its whole group. Trouble is said once, and its end.
 */
export class Sensor implements Actor {
  readonly name: string;
  readonly #options: SensorOptions;
  #trouble: string | undefined;

  constructor(options: SensorOptions) {
    this.#options = options;
    this.name = metricName(options.settings);
  }

  /** Measures until told to stop; a command under way is ended then. */
  async run(signal: AbortSignal): Promise<void> {
    const { settings, clock } = this.#options;
    const { command, intervalMs } = settings;
    if (command === undefined || intervalMs === undefined) return;
    for (;;) {
      await clock.sleep(intervalMs, signal);
      if (signal.aborted) return;
      const trouble = await this.#measure(signal);
      if (!signal.aborted) this.#tell(trouble);
    }
  }

  /** Returns what went wrong. */
  async #measure(signal: AbortSignal): Promise<string | undefined> {
    const { settings, environment, record } = this.#options;
    const { command = '', intervalMs = 0, timeoutMs = intervalMs } = settings;
    let printed = '';
    const result = await runCommand(command, {
      env: environment(),
      timeoutMs,
      killAfterMs: 0,
      signal,
      onLine: (stream, line) => {
        if (stream === 'stdout' && printed.length < LONGEST_OUTPUT) printed += `${line}\n`;
      },
    });
    if (result.outcome !== 'ok') return describeResult(commandLabel(command), result);
    const value = parseNumber(printed);
    if (value === undefined) return 'its command printed no number';
    try {
      record(this.name, value);
      return undefined;
    } catch (error) {
      return describeError(error);
    }
  }

  #tell(trouble: string | undefined): void {
    const { logger, onFailure } = this.#options;
    const fields = { sensor: this.name };
    if (trouble !== undefined) {
      onFailure(this.name);
      if (trouble !== this.#trouble) logger.warn(`sensor ${this.name}: ${trouble}`, fields);
    } else if (this.#trouble !== undefined) {
      logger.info(`sensor ${this.name}: measures again`, fields);
    }
    this.#trouble = trouble;
  }
}

/** A decimal number, whatever space is around it; JavaScript would take nothing at all for zero. */
export function parseNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(trimmed)) return undefined;
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}
