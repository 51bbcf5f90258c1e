import { describe, expect, it } from 'vitest';
import { TroubleReport } from '../../../src/watch/trouble-report.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

function setUp() {
  const clock = new ManualClock();
  const logger = recordingLogger();
  const report = new TroubleReport(clock, logger);
  const away = new Error('nobody answers');
  const began = (...ids: string[]) => ids.forEach((id) => report.began(id, away, true));
  return { clock, report, began, said: () => logger.records.map(({ message }) => message) };
}

describe('what is said when queries are answered again', () => {
  it('is one line for all, also where the last comes half a second after the first', async () => {
    const { clock, report, began, said } = setUp();
    began('key(a)', 'service(b)');
    await clock.advance(150);
    report.ended('key(a)');
    await clock.advance(500);
    report.ended('service(b)');
    await clock.advance(150);
    expect(said().slice(1)).toEqual(['answered again: key(a), service(b)']);
  });

  it('does not wait for more than a second for one that stays in trouble', async () => {
    const { clock, report, began, said } = setUp();
    began('key(a)', 'service(b)');
    await clock.advance(150);
    report.ended('key(a)');
    await clock.advance(999);
    expect(said()).toHaveLength(1);
    await clock.advance(1);
    expect(said().slice(1)).toEqual(['answered again: key(a)']);
  });

  it('does not wait for one that nobody asks for any more', async () => {
    const { clock, report, began, said } = setUp();
    began('key(a)', 'service(b)');
    await clock.advance(150);
    report.forget('service(b)');
    report.ended('key(a)');
    await clock.advance(150);
    expect(said().slice(1)).toEqual(['answered again: key(a)']);
  });
});
