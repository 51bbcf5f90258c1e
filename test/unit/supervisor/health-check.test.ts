import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { HealthReport } from '../../../src/catalog/registrar.ts';
import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import type { EventMap } from '../../../src/core/events.ts';
import { HealthCheck } from '../../../src/supervisor/health-check.ts';
import { tooLate, unwell, well, type Finding } from '../../../src/supervisor/probes/finding.ts';
import type { runProbe } from '../../../src/supervisor/probes/probe.ts';
import type { HealthSettings } from '../../../src/supervisor/settings.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';

const SETTINGS: HealthSettings = {
  probe: { kind: 'none' },
  intervalMs: 1000,
  timeoutMs: 300,
  first: 'now',
  logging: 'prefix',
};

describe('a health check', () => {
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let reports: HealthReport[];
  let ended: EventMap['check:ended'][];
  let begun: Begun<HealthCheck> | undefined;

  const start = (probe: typeof runProbe, more: Partial<HealthSettings> = {}): void => {
    const bus = new Bus();
    bus.on('check:ended', (fact) => ended.push(fact));
    begun = begin(
      new HealthCheck({
        ...{ job: 'app', settings: { ...SETTINGS, ...more }, clock, logger, bus, probe },
        environment: () => ({}),
        onLine: () => undefined,
        onReport: (report) => reports.push(report),
      }),
    );
  };
  const startWith = (...findings: Finding[]): void =>
    start(() => Promise.resolve(findings.shift() ?? well('ok')));

  beforeEach(() => {
    clock = new ManualClock();
    logger = recordingLogger();
    reports = [];
    ended = [];
  });

  afterEach(async () => {
    await begun?.stop();
    begun = undefined;
    expect(clock.pending, 'timers that are left').toBe(0);
  });

  it('checks at once and then at its interval', async () => {
    startWith();
    await clock.advance(3500);
    expect(reports).toHaveLength(4);
    expect(ended[0]).toEqual({ job: 'app', status: 'passing', durationMs: 0, timedOut: false });
  });

  it('waits for one interval first where the dialect does', async () => {
    start(() => Promise.resolve(well('ok')), { first: 'later' });
    await clock.advance(999);
    expect(reports).toHaveLength(0);
    await clock.advance(1);
    expect(reports).toHaveLength(1);
  });

  it('checks one at a time: a slow check delays the next', async () => {
    let [running, most] = [0, 0];
    start(async (_settings, _parts, signal) => {
      running += 1;
      most = Math.max(most, running);
      await clock.sleep(2500, signal);
      running -= 1;
      return well('ok');
    });
    await clock.advance(10_000);
    expect(most).toBe(1);
    expect(reports).toHaveLength(4);
  });

  it('keeps its interval though the clock is set back by an hour during a check', async () => {
    let now = 10_000_000;
    clock.now = () => now;
    start(() => {
      now -= 3_600_000;
      return Promise.resolve(well('ok'));
    });
    await clock.advance(3000);
    expect(reports).toHaveLength(4);
    expect(ended.map(({ durationMs }) => durationMs)).toEqual([0, 0, 0, 0]);
  });

  it('says in the log how things change, and nothing while they stay', async () => {
    const refused: Finding = { ...unwell('connection refused'), ending: 'exit code 7' };
    startWith(well('ok'), well('ok'), refused, refused, refused, well('ok'));
    await clock.advance(6000);
    expect(logger.text().split('\n')).toEqual([
      'info app is healthy',
      'warn app is unhealthy (exit code 7): connection refused',
      'info app is healthy',
    ]);
  });

  it('says of a check that ran out of time what ContainerPilot says', async () => {
    startWith(tooLate('app.health', 300, unwell('')));
    await settle();
    expect(logger.text()).toBe('warn app.health timeout after 300ms');
    expect(ended[0]?.timedOut).toBe(true);
  });

  it('ends the check that is under way when it stops, and reports nothing of it', async () => {
    let stopped = false;
    start(async (_settings, _parts, signal) => {
      await clock.sleep(100_000, signal);
      stopped = signal.aborted;
      return unwell('stopped');
    });
    await settle();
    await begun?.stop();
    expect(stopped).toBe(true);
    expect(reports).toEqual([]);
  });

  it('takes a probe that fails to run for a failing check', async () => {
    start(() => Promise.reject(new Error('there is no user called nobody-here')));
    await settle();
    expect(reports[0]).toEqual({
      status: 'critical',
      output: 'there is no user called nobody-here',
    });
  });
});
