import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Bus } from '../../../src/core/bus.ts';
import { Happenings } from '../../../src/supervisor/happenings.ts';
import { HealthCheck } from '../../../src/supervisor/health-check.ts';
import { Presence } from '../../../src/supervisor/presence.ts';
import { unwell, well, type Finding } from '../../../src/supervisor/probes/finding.ts';
import { Registration } from '../../../src/supervisor/registration.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { RecordingRegistrar } from '../../support/recording-registrar.ts';

const INTERVAL_MS = 1000;

describe('the presence of a job', () => {
  let clock: ManualClock;
  let registrar: RecordingRegistrar;
  let finding: Finding;
  let heard: string[];
  let presence: Presence;

  const make = ({ announceEach = false, initialStatus = false } = {}): Presence => {
    const [bus, logger] = [new Bus(), recordingLogger()];
    const happenings = new Happenings(bus);
    bus.on('supervisor:happened', ({ source, code }) => heard.push(`${source} ${code}`));
    const check = { id: 'service:app-host', name: 'app', notes: '', ttlMs: 10_000 };
    const registration = new Registration({
      ...{ registrar, clock, bus, logger, holdsForMs: INTERVAL_MS },
      ...(initialStatus ? { initialStatus: 'passing' } : {}),
      entry: {
        ...{ id: 'app-host', name: 'app', address: '10.0.0.5', port: 80, tags: [], meta: {} },
        ...{ enableTagOverride: false, check },
      },
    });
    return new Presence({
      ...{ job: 'app', registration, happenings, announceEach },
      now: () => clock.now(),
      onWellness: () => undefined,
      makeCheck: (onReport) =>
        new HealthCheck({
          ...{ job: 'app', clock, logger, bus, onReport },
          settings: {
            ...{ probe: { kind: 'none' }, intervalMs: INTERVAL_MS, timeoutMs: undefined },
            ...{ first: 'later', logging: 'raw' },
          },
          environment: () => ({}),
          onLine: () => undefined,
          probe: () => Promise.resolve(finding),
        }),
    });
  };
  const status = () => registrar.held.get('app-host')?.report;

  beforeEach(() => {
    clock = new ManualClock();
    registrar = new RecordingRegistrar();
    finding = well('ok');
    heard = [];
    presence = make();
  });

  afterEach(async () => {
    await presence.withdraw('departure', new AbortController().signal);
    await settle();
    expect(clock.pending, 'timers that are left').toBe(0);
  });

  it('announces health when it changes, or at each check where the dialect does', async () => {
    presence.begin();
    await clock.advance(3 * INTERVAL_MS);
    finding = unwell('refused');
    await clock.advance(3 * INTERVAL_MS);
    expect(heard).toEqual(['app healthy', 'app unhealthy']);
    await presence.withdraw('departure', new AbortController().signal);

    heard = [];
    presence = make({ announceEach: true });
    presence.begin();
    await clock.advance(3 * INTERVAL_MS);
    expect(heard).toEqual(['app unhealthy', 'app unhealthy', 'app unhealthy']);
  });

  it('says that the process is gone, for as long as it is', async () => {
    presence.begin();
    await clock.advance(INTERVAL_MS);
    presence.pause('its process ended with exit code 3');
    await settle();
    expect(status()).toEqual({
      status: 'critical',
      output: 'its process ended with exit code 3',
    });
    registrar.held.clear();
    await clock.advance(60_000);
    expect(status()?.status).toBe('critical');
    presence.begin();
    await clock.advance(INTERVAL_MS);
    expect(status()?.status).toBe('passing');
  });

  it('says so of what was registered before its first check, too', async () => {
    presence = make({ initialStatus: true });
    presence.begin();
    await settle();
    expect(status()?.status).toBe('passing');
    presence.pause('its process ended with exit code 3');
    await settle();
    expect(status()?.status).toBe('critical');
  });

  it('leaves the catalog for maintenance and comes back with its next good check', async () => {
    presence.begin();
    await clock.advance(INTERVAL_MS);
    await presence.withdraw('departure', new AbortController().signal);
    await clock.advance(60_000);
    expect(registrar.held.size).toBe(0);
    presence.resume('departure');
    await clock.advance(INTERVAL_MS);
    expect(status()?.status).toBe('passing');
  });

  it('can be waited for until the process that runs is well: a failing check is not enough', async () => {
    let wellAtMs = -1;
    const wait = (): void => void presence.untilWell().then(() => (wellAtMs = clock.now()));
    finding = unwell('not up yet');
    presence.begin();
    wait();
    await clock.advance(3 * INTERVAL_MS);
    expect(wellAtMs).toBe(-1);
    finding = well('ok');
    await clock.advance(INTERVAL_MS);
    expect(wellAtMs).toBe(4 * INTERVAL_MS);

    // An illness later is no reason to wait: the signal may be what heals it.
    finding = unwell('stale config');
    await clock.advance(INTERVAL_MS);
    wait();
    await settle();
    expect(wellAtMs).toBe(5 * INTERVAL_MS);

    // A new process is one that is not up yet, again.
    presence.pause('it ended');
    presence.begin();
    wait();
    await clock.advance(3 * INTERVAL_MS);
    expect(wellAtMs).toBe(5 * INTERVAL_MS);
    presence.pause('it ended');
    await settle();
    expect(wellAtMs, 'nobody is left to wait for').toBe(8 * INTERVAL_MS);
  });
});

describe('what holds until its opposite', () => {
  it('is who leads, from the first moment: a job that begins later need not wait', () => {
    const happenings = new Happenings(new Bus());
    const holding = () =>
      (['leader', 'follower'] as const).filter((code) => happenings.holds('election', code));
    happenings.announce({ source: 'election', code: 'follower' });
    expect(holding()).toEqual(['follower']);
    happenings.announce({ source: 'election', code: 'leader' });
    expect(holding()).toEqual(['leader']);
    happenings.announce({ source: 'election', code: 'lost' });
    expect(holding()).toEqual([]);
  });
});
