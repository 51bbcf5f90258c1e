import { describe, expect, it } from 'vitest';

import {
  colorLevel,
  createLogger,
  type LogFormat,
  type LogLevel,
} from '../../../src/core/logger.ts';

const lines = async (
  format: LogFormat,
  level: LogLevel = 'info',
  isTerminal = false,
  color: 0 | 1 = 0,
) => {
  const written: string[] = [];
  const logger = await createLogger({
    level,
    format,
    write: (line) => written.push(line),
    isTerminal,
    color,
  });
  return { logger, written };
};

describe('the logger', () => {
  it('writes JSON with level, time, fields and message', async () => {
    const { logger, written } = await lines('json');
    logger.warn('trouble', { query: 'key(a)', count: 2 });
    const record = JSON.parse(written[0] ?? '') as Record<string, unknown>;
    expect(record).toMatchObject({ level: 'warn', query: 'key(a)', count: 2, message: 'trouble' });
    expect(record.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('takes auto for JSON where nobody looks, and for the pretty form on a terminal', async () => {
    const file = await lines('auto');
    file.logger.info('x');
    expect(file.written[0]).toMatch(/^\{/);
    const terminal = await lines('auto', 'info', true);
    terminal.logger.info('x', { a: 'b c' });
    expect(terminal.written[0]).toMatch(/^\d\d:\d\d:\d\d\.\d{3} info {2}x a="b c"\n$/);
  });

  it('writes text as consul-template does: time, level, message', async () => {
    const { logger, written } = await lines('text');
    logger.error('broken');
    expect(written[0]).toMatch(/^\d{4}-\S+Z \[ERROR\] broken\n$/);
  });

  it('tells the parts of a list apart, names and lines', async () => {
    const { logger, written } = await lines('text');
    logger.warn('drifted', { targets: ['a', 'b'], diff: ['-x a', '+x b'] });
    expect(written[0]).toMatch(/ drifted targets=a,b diff="-x a \| \+x b"\n$/);
  });

  it('leaves out what is below its level', async () => {
    const { logger, written } = await lines('text', 'warn');
    logger.trace('t');
    logger.debug('d');
    logger.info('i');
    logger.warn('w');
    expect(written).toHaveLength(1);
  });

  it.each(['json', 'text', 'pretty'] as const)(
    'lets no message forge a line or drive a terminal (%s)',
    async (format) => {
      const { logger, written } = await lines(format);
      logger.info('a\n2026 [ERROR] forged\u001b[2J', { field: 'x\ny\u001b' });
      expect(written).toHaveLength(1);
      expect(written[0]?.trimEnd()).not.toMatch(/[\n\u001b]/);
    },
  );
});

describe('colours', () => {
  it.each([
    [{}, true, 1],
    [{}, false, 0],
    [{ NO_COLOR: '1' }, true, 0],
    [{ NO_COLOR: '' }, true, 1],
    [{ FORCE_COLOR: '1' }, false, 1],
    [{ FORCE_COLOR: '0' }, true, 0],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, 0],
    [{ TERM: 'dumb' }, true, 0],
  ])('with %j and terminal %s are level %i', (environment, isTerminal, level) => {
    expect(colorLevel(environment, isTerminal)).toBe(level);
  });
});
