import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { HealthStatus, ServiceEntry } from '../../../src/catalog/registrar.ts';
import { Bus } from '../../../src/core/bus.ts';
import { Registration } from '../../../src/supervisor/registration.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { RecordingRegistrar } from '../../support/recording-registrar.ts';

const TTL_MS = 10_000;
const never = new AbortController().signal;

const entry = (more: Partial<ServiceEntry> = {}): ServiceEntry => ({
  id: 'app-host',
  name: 'app',
  address: '10.0.0.5',
  port: 8000,
  tags: [],
  meta: {},
  enableTagOverride: false,
  check: { id: 'service:app-host', name: 'app', notes: '', ttlMs: TTL_MS },
  ...more,
});
const report = (status: HealthStatus, output: string = status) => ({ status, output });

describe('a registration', () => {
  let clock: ManualClock;
  let registrar: RecordingRegistrar;
  let logger: ReturnType<typeof recordingLogger>;
  let facts: string[];
  let registration: Registration;

  const make = (initialStatus?: HealthStatus): Registration => {
    const bus = new Bus();
    bus.on('service:registered', ({ id }) => facts.push(`registered ${id}`));
    bus.on('service:deregistered', ({ id }) => facts.push(`deregistered ${id}`));
    return new Registration({
      ...{ entry: entry(), registrar, clock, bus, logger, holdsForMs: 0 },
      ...(initialStatus === undefined ? {} : { initialStatus }),
    });
  };

  beforeEach(() => {
    clock = new ManualClock();
    registrar = new RecordingRegistrar();
    logger = recordingLogger();
    facts = [];
    registration = make();
  });

  afterEach(async () => {
    registrar.answering = Promise.resolve();
    await registration.withdraw(never);
    expect(clock.pending, 'timers that are left').toBe(0);
  });

  it('registers by the first check that passes, and by none before', async () => {
    registration.begin();
    registration.report(report('critical'));
    await settle();
    expect(registrar.calls).toEqual([]);
    registration.report(report('passing', 'ok'));
    await settle();
    expect(registrar.held.get('app-host')?.report).toEqual(report('passing', 'ok'));
    expect(facts).toEqual(['registered app-host']);
    expect(registration.registered).toBe(true);
  });

  it('registers at once where there is an initial status, a critical one too', async () => {
    registration = make('critical');
    registration.begin();
    await settle();
    expect(registrar.held.get('app-host')?.report.status).toBe('critical');
  });

  it('tells of a failing check at once, with what the check printed', async () => {
    registration.report(report('passing'));
    await settle();
    registration.report(report('critical', 'connection refused'));
    await settle();
    expect(registrar.held.get('app-host')?.report).toEqual(
      report('critical', 'connection refused'),
    );
  });

  it('never holds up who reports: of the reports that came meanwhile the last is sent', async () => {
    let answer: () => void = () => undefined;
    registrar.answering = new Promise((resolve) => (answer = resolve));
    for (const status of ['passing', 'critical', 'warning', 'passing', 'critical'] as const) {
      registration.report(report(status));
    }
    await settle();
    expect(registrar.calls).toHaveLength(1);
    answer();
    await settle();
    expect(registrar.calls).toEqual(['keep app-host passing', 'keep app-host critical']);
  });

  it('feeds the TTL while a report holds, and lets it run out afterwards', async () => {
    registration.report(report('passing'), 12_000);
    await clock.advance(30_000);
    // At 0 s, 5 s and 10 s; from 12 s on, nobody knows.
    expect(registrar.calls).toHaveLength(3);
  });

  it('sends nothing in between where checks come often enough', async () => {
    for (let round = 0; round < 10; round += 1) {
      registration.report(report('passing'), 8000);
      await clock.advance(4000);
    }
    expect(registrar.calls).toHaveLength(10);
  });

  it('brings back what the agent lost, though no check ends meanwhile', async () => {
    registration.report(report('critical'), Infinity);
    registration.report(report('passing'), Infinity);
    await settle();
    registrar.held.clear();
    await clock.advance(TTL_MS / 2);
    expect([...registrar.held.keys()]).toEqual(['app-host']);
    expect(facts).toEqual(['registered app-host', 'registered app-host']);
  });

  it('says once that the catalog is away, tries at each report, and says once that it is back', async () => {
    registrar.trouble = new Error('connection refused');
    for (let round = 0; round < 5; round += 1) {
      registration.report(report('passing'));
      await clock.advance(1000);
    }
    expect(registrar.calls).toHaveLength(5);
    registrar.trouble = undefined;
    registration.report(report('passing'));
    await settle();
    expect(logger.records.map(({ level, message }) => `${level} ${message}`)).toEqual([
      'warn app-host could not be reported to the catalog: connection refused; every check tries again',
      'info app is in the catalog, at 10.0.0.5:8000',
      'info app-host: the catalog takes reports again',
    ]);
  });

  it('leaves the catalog, and stays out until the next good report', async () => {
    registration.report(report('passing'), Infinity);
    await settle();
    await registration.withdraw(never);
    expect(registrar.held.size).toBe(0);
    registration.report(report('critical'));
    await clock.advance(60_000);
    expect(registrar.held.size).toBe(0);
    expect(registration.registered).toBe(false);
    registration.report(report('passing'));
    await settle();
    expect(registrar.held.size).toBe(1);
    expect(facts).toEqual(['registered app-host', 'deregistered app-host', 'registered app-host']);
  });

  it('waits for the report that is on its way before it leaves: it would come back by it', async () => {
    let answer: () => void = () => undefined;
    registrar.answering = new Promise((resolve) => (answer = resolve));
    registration.report(report('passing'));
    await settle();
    const withdrawn = registration.withdraw(never);
    await settle();
    expect(registrar.calls).toEqual(['keep app-host passing']);
    answer();
    await withdrawn;
    expect(registrar.calls).toEqual(['keep app-host passing', 'deregister app-host']);
    expect(registrar.held.size).toBe(0);
  });

  it('takes a second at the most to leave a catalog that hangs, and says what stays behind', async () => {
    registration.report(report('passing'));
    await settle();
    registrar.answering = new Promise(() => undefined);
    registration.report(report('passing'));
    let withdrawn = false;
    void registration.withdraw(never).then(() => (withdrawn = true));
    await clock.advance(999);
    expect(withdrawn).toBe(false);
    await clock.advance(1);
    expect(withdrawn).toBe(true);
    expect(logger.text()).toContain(
      'app-host could not be taken out of the catalog: the catalog did not answer',
    );
  });

  it('follows a new name under the same id in one go', async () => {
    registration.report(report('passing'));
    await settle();
    registration.change(entry({ name: 'app-primary' }));
    await settle();
    expect(registrar.calls).toEqual(['keep app-host passing', 'keep app-host passing']);
    expect(registrar.held.get('app-host')?.entry.name).toBe('app-primary');
  });

  it('registers a new id before the old one goes, and tries again where it did not go', async () => {
    registration.report(report('passing'));
    await settle();
    registration.change(entry({ id: 'primary-host', name: 'primary' }));
    await settle();
    expect(registrar.calls.slice(1)).toEqual(['keep primary-host passing', 'deregister app-host']);
    expect(facts.at(-1)).toBe('deregistered app-host');

    registrar.trouble = new Error('away');
    registration.change(entry());
    await settle();
    registrar.trouble = undefined;
    registration.report(report('passing'));
    await settle();
    expect([...registrar.held.keys()]).toEqual(['app-host']);
  });
});
