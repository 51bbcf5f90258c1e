import type { AdjustableLogger, LogFields, LogLevel } from './logger.ts';

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
    trace: at('trace'),
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    setLevel: (level) => {
      for (const logger of loggers) logger.setLevel(level);
    },
  };
}
