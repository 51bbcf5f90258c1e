import { forEachLevel, recordOf, type AdjustableLogger, type LogFields } from './logger.ts';

/** One logger that tells several, each in its own form, and all of them the same time. */
export function teeLogger(
  loggers: readonly [AdjustableLogger, ...AdjustableLogger[]],
): AdjustableLogger {
  const [only] = loggers;
  if (loggers.length === 1) return only;
  const record: AdjustableLogger['record'] = (one) => {
    for (const logger of loggers) logger.record(one);
  };
  return {
    ...forEachLevel((level) => (message: string, fields?: LogFields) => {
      record(recordOf(level, message, fields));
    }),
    record,
    setLevel: (level) => {
      for (const logger of loggers) logger.setLevel(level);
    },
  };
}
