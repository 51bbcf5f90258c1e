import { forEachLevel, type AdjustableLogger, type LogFields, type LogLevel } from './logger.ts';

/** One logger that tells several, each in its own form. */
export function teeLogger(
  loggers: readonly [AdjustableLogger, ...AdjustableLogger[]],
): AdjustableLogger {
  const [only] = loggers;
  if (loggers.length === 1) return only;
  const at = (level: LogLevel) => (message: string, fields?: LogFields) => {
    for (const logger of loggers) logger[level](message, fields);
  };
  return {
    ...forEachLevel(at),
    setLevel: (level) => {
      for (const logger of loggers) logger.setLevel(level);
    },
  };
}
