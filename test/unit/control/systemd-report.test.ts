import { beforeEach, describe, expect, it } from 'vitest';

import { SystemdReport, type Notice } from '../../../src/control/systemd-report.ts';
import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { jobStatus, ScriptedControlled } from '../../support/scripted-control.ts';

let controlled: ScriptedControlled;
let bus: Bus;
let clock: ManualClock;
let notices: Notice[];
let report: Begun<SystemdReport>;

function start(watchdogMs?: number): void {
  const carrier = { notify: (notice: Notice) => void notices.push(notice), watchdogMs };
  report = begin(new SystemdReport({ carrier, controlled, bus, clock }));
}

/** What was told since the last time. */
async function told(afterMs = 200): Promise<Notice[]> {
  await clock.advance(afterMs);
  return notices.splice(0);
}

beforeEach(() => {
  controlled = new ScriptedControlled();
  bus = new Bus();
  clock = new ManualClock();
  notices = [];
});

describe('the report to systemd', () => {
  it('says READY once the files are there and the main job is healthy, and not before', async () => {
    controlled.presentFiles = { ready: false, targets: [{ label: 'a', state: 'waiting' }] };
    controlled.present = { ...controlled.present, jobs: [jobStatus({ status: 'unknown' })] };
    start();
    expect(await told()).toEqual([
      { status: '0 of 1 jobs healthy, 0 of 1 files current, not ready: not rendered yet: a' },
    ]);
    controlled.presentFiles = { ready: true, targets: [{ label: 'a', state: 'current' }] };
    bus.emit('renderer:ready', { targets: 1 });
    expect(await told()).toEqual([
      {
        status: '0 of 1 jobs healthy, 1 of 1 files current, not ready: web runs and is unknown',
      },
    ]);
    controlled.present = { ...controlled.present, jobs: [jobStatus()] };
    bus.emit('check:ended', { job: 'web', status: 'passing', durationMs: 1, timedOut: false });
    const status = '1 of 1 jobs healthy, 1 of 1 files current';
    expect(await told()).toEqual([{ ready: true, status }]);
    bus.emit('check:ended', { job: 'web', status: 'passing', durationMs: 1, timedOut: false });
    expect(await told()).toEqual([]);
    await report.stop();
  });

  it('says nothing of READY while its parts are not there yet', async () => {
    controlled.isThere = false;
    controlled.isSupervised = false;
    start();
    expect(await told()).toEqual([{ status: 'not ready: it starts' }]);
    controlled.isThere = true;
    controlled.isSupervised = true;
    bus.emit('job:changed', { job: 'web', state: 'running' });
    expect(await told()).toEqual([{ ready: true, status: '1 of 1 jobs healthy' }]);
    await report.stop();
  });

  it('is RELOADING from the request on, whoever asks, and READY again, whatever came of it', async () => {
    start();
    await told();
    bus.emit('signal:received', { signal: 'SIGHUP', action: 'reload' });
    report.actor.reloading();
    expect(await told()).toEqual([{ reloading: true }]);
    bus.emit('config:reloaded', { ok: false, reason: 'no' });
    expect(await told()).toEqual([{ ready: true }]);
    report.actor.reloading();
    bus.emit('config:reloaded', { ok: true });
    expect(await told()).toEqual([{ reloading: true }, { ready: true }]);
    await report.stop();
  });

  it('says STOPPING once, and nothing of READY after it', async () => {
    start();
    await told();
    bus.emit('supervisor:happened', { source: 'global', code: 'shutdown' });
    bus.emit('job:changed', { job: 'web', state: 'ending' });
    report.actor.reloading();
    expect(await told()).toEqual([{ stopping: true }]);
    await report.stop();
    expect(await told()).toEqual([]);
  });

  it('says STOPPING when it is stopped, and leaves no timer or listener', async () => {
    start(1000);
    await told(0);
    bus.emit('job:changed', { job: 'web', state: 'running' });
    await report.stop();
    expect(await told()).toEqual([{ stopping: true }]);
    expect(clock.pending).toBe(0);
    expect(bus.listeners('job:changed')).toBe(0);
  });

  it("feeds the watchdog at half of its time, and not while the supervisor can't answer", async () => {
    start(1000);
    await told(0);
    expect(await told(1600)).toEqual([{ watchdog: true }, { watchdog: true }, { watchdog: true }]);
    controlled.snapshot = () => {
      throw new Error('stuck');
    };
    expect(await told(2000)).toEqual([]);
    controlled.snapshot = () => controlled.present;
    expect(await told(500)).toEqual([{ watchdog: true }]);
    await report.stop();
  });

  it('asks for more time while a stop goes on, and no longer than its budget', async () => {
    start();
    await told();
    controlled.present = { ...controlled.present, phase: 'stopping', dueBy: clock.now() + 26_000 };
    bus.emit('supervisor:happened', { source: 'global', code: 'shutdown' });
    expect(await told(0)).toEqual([{ stopping: true }, { extendMs: 20_000 }]);
    expect(await told(5000)).toEqual([{ extendMs: 20_000 }]);
    expect(await told(10_000)).toEqual([{ extendMs: 18_000 }, { extendMs: 13_000 }]);
    expect(await told(10_000)).toEqual([{ extendMs: 8000 }, { extendMs: 3000 }]);
    expect(await told(10_000)).toEqual([]);
    await report.stop();
    expect(clock.pending).toBe(0);
  });

  it('asks for more time while a start waits that has a limit, and for none without', async () => {
    controlled.present = { ...controlled.present, phase: 'starting' };
    start();
    expect(await told(6000)).not.toContainEqual({ extendMs: expect.anything() as unknown });
    controlled.present = { ...controlled.present, dueBy: clock.now() + 60_000 };
    expect(await told(5000)).toEqual([{ extendMs: 20_000 }]);
    controlled.present = { ...controlled.present, phase: 'running' };
    expect(await told(6000)).not.toContainEqual({ extendMs: expect.anything() as unknown });
    await report.stop();
  });

  it('counts no hooks, and lets no control character through', async () => {
    controlled.present = {
      ...controlled.present,
      jobs: [jobStatus(), jobStatus({ name: 'preStart', role: 'preStart', state: 'done' })],
    };
    controlled.presentFiles = {
      ready: false,
      targets: [{ label: 'a\nREADY=1', state: 'failing' }],
    };
    start();
    expect(await told()).toEqual([
      {
        status: '1 of 1 jobs healthy, 0 of 1 files current, not ready: not rendered yet: a READY=1',
      },
    ]);
    await report.stop();
  });
});
