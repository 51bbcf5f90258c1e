import { expect, it } from 'vitest';
import type { Missing } from '../../../src/template/engine.ts';
import { WaitingReport, type Waiting } from '../../../src/renderer/waiting-report.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

const waitingFor = (path: string): Waiting => {
  const missing: Missing = {
    query: { kind: 'key', path },
    why: 'absent',
    position: { template: 'a.njk', line: 3, column: 7 },
  };
  return { label: `${path}.conf`, template: 'a.njk', missing: [missing], hadText: false };
};

it('warns after five seconds and then ever more seldom, ten lines at a time however much is waited for', async () => {
  const clock = new ManualClock();
  const logger = recordingLogger();
  const waiting = Array.from({ length: 1000 }, (_, at) => waitingFor(`k${at}`));
  const report = new WaitingReport(
    clock,
    logger,
    () => waiting,
    () => undefined,
  );
  report.update();
  await clock.advance(4999);
  expect(logger.records).toEqual([]);
  await clock.advance(1);
  const said = logger.records.map(({ message }) => message);
  expect(said).toHaveLength(11);
  expect(said[0]).toBe('k0.conf waits for key(k0), used at a.njk:3:7: it does not exist (for 5s)');
  expect(said.at(-1)).toBe('990 more are waited for (for 5s); USR1 logs all of them');
  await clock.advance(9999);
  expect(logger.records).toHaveLength(11);
  await clock.advance(1);
  expect(logger.records).toHaveLength(22);
  report.stop();
  expect(clock.pending).toBe(0);
});
