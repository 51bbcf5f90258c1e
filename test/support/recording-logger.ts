import { LOG_LEVELS, type LogFields, type Logger, type LogLevel } from '../../src/core/logger.ts';

/** A line as it was logged. */
export interface LogRecord {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that remembers, so that a test can read what an operator would. */
export function recordingLogger(): Logger & { readonly records: LogRecord[]; text(): string } {
  const records: LogRecord[] = [];
  const methods = Object.fromEntries(
    LOG_LEVELS.map((level) => [
      level,
      (message: string, fields: LogFields = {}) => records.push({ level, message, fields }),
    ]),
  ) as unknown as Logger;
  return {
    ...methods,
    records,
    text: () => records.map(({ level, message }) => `${level} ${message}`).join('\n'),
  };
}
