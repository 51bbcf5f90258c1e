import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createLogger, type LogRecord } from '../../../src/core/logger.ts';
import { teeLogger } from '../../../src/core/tee-logger.ts';

let heard: LogRecord[];
beforeEach(() => {
  heard = [];
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => vi.useRealTimers());

/** Notes what it is told, and takes a second for each line. */
const listener = () =>
  createLogger({
    ...{ level: 'info', write: () => undefined, isTerminal: false, color: 0 },
    format: (record) => {
      heard.push(record);
      vi.setSystemTime(Date.now() + 1000);
      return '';
    },
  });

it('tells all of its loggers the same, with the same time', async () => {
  vi.setSystemTime('2026-01-01T00:00:00.000Z');
  const logger = teeLogger([await listener(), await listener()]);
  logger.warn('one', { target: 't' });
  logger.debug('too quiet');
  logger.setLevel('debug');
  logger.debug('two');
  const time = (seconds: number) => `2026-01-01T00:00:0${seconds}.000Z`;
  expect(heard).toEqual([
    { level: 'warn', message: 'one', fields: { target: 't' }, time: time(0) },
    { level: 'warn', message: 'one', fields: { target: 't' }, time: time(0) },
    { level: 'debug', message: 'two', fields: {}, time: time(2) },
    { level: 'debug', message: 'two', fields: {}, time: time(2) },
  ]);
});
