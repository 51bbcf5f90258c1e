import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import type { JobSettings, SupervisorSettings } from '../../../src/supervisor/settings.ts';
import { Supervisor } from '../../../src/supervisor/supervisor.ts';
import { Watcher } from '../../../src/watch/watcher.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { RecordingRegistrar } from '../../support/recording-registrar.ts';
import { ScriptedCatalog } from '../../support/scripted-catalog.ts';
import { ScriptedLocks } from '../../support/scripted-locks.ts';

const JOB: JobSettings = {
  ...{ name: 'mysql', place: 'autotmpl.yaml:1:1', role: 'job', fingerprint: '' },
  when: { kind: 'startup' },
  restarts: { max: 0, delayMs: 1000, factor: 2, capMs: 30_000, resetMs: 60_000 },
  ...{ stopSignal: 'SIGTERM', stopTimeoutMs: 1000, env: {}, logging: 'raw' },
  service: {
    ...{ name: 'mysql ROLE', port: 3306, interfaces: [], address: 'fd00::5' },
    ...{ tags: ['ROLE'], meta: {}, ttlMs: 10_000 },
    ...{ enableTagOverride: false, drainMs: 0, checkId: 'service:' },
  },
};
const SETTINGS: SupervisorSettings = {
  ...{ jobs: [JOB], watches: [], waitFor: [], signals: {}, stopTimeoutMs: 5000 },
  ...{ stopOrder: 'deregisterFirst', childVariables: 'autotmpl' },
  election: { key: 'mysql/leader', ttlMs: 15_000, lockDelayMs: 0 },
};

describe('a service whose name has the role in it', () => {
  let registrar: RecordingRegistrar;
  let locks: ScriptedLocks;
  let logger: ReturnType<typeof recordingLogger>;
  let clock: ManualClock;
  let watcher: Begun<Watcher>;
  let supervisor: Begun<Supervisor>;
  let unreadable: string;

  beforeEach(async () => {
    [registrar, clock, logger] = [new RecordingRegistrar(), new ManualClock(), recordingLogger()];
    locks = new ScriptedLocks([]);
    unreadable = '';
    const bus = new Bus();
    watcher = begin(new Watcher({ catalog: new ScriptedCatalog(), bus, clock, logger }));
    supervisor = begin(
      new Supervisor({
        ...{
          settings: SETTINGS,
          registrar,
          locks,
          clock,
          bus,
          logger,
          record: undefined,
          hostname: 'host',
        },
        ...{ watcher: watcher.actor, environment: {} },
        render: () => Promise.resolve(),
        fillIn: (text) => text,
        renderName: (text, { role = '' }) => {
          if (role === unreadable) throw new Error('unexpected end of template');
          return text.replace('ROLE', role);
        },
        sink: { stdout: () => true, stderr: () => true, pendingBytes: () => 0 },
      }),
    );
    await settle();
  });

  afterEach(async () => {
    const stopped = supervisor.stop();
    await clock.advance(5000);
    await stopped;
    await watcher.stop();
    expect(registrar.held.size).toBe(0);
  });

  const held = () =>
    [...registrar.held.values()].map(({ entry: { name, tags } }) => [name, ...tags]);

  it('follows the election both ways, under one id', async () => {
    expect(held()).toEqual([['mysql follower', 'follower']]);
    const lose = locks.grant(1);
    await settle();
    expect(held()).toEqual([['mysql leader', 'leader']]);
    lose('the session ended');
    await settle();
    expect(held()).toEqual([['mysql follower', 'follower']]);
  });

  it('tells those who read the key whom to ask, and where', () => {
    expect(JSON.parse(locks.wanted[0]?.options.value ?? '')).toEqual({
      ...{ id: 'mysql-host', hostname: 'host', address: '[fd00::5]:3306' },
    });
  });

  it('stays as it was where the name cannot be filled in, and the election goes on', async () => {
    unreadable = 'leader';
    const lose = locks.grant(1);
    await settle();
    expect(held()).toEqual([['mysql follower', 'follower']]);
    expect(logger.text()).toContain('autotmpl.yaml:1:1: unexpected end of template');
    expect(supervisor.actor.snapshot().role).toBe('leader');
    lose('the session ended');
    await settle();
    expect(supervisor.actor.snapshot().role).toBe('follower');
  });

  it('takes part in another election after a reload that names one', async () => {
    locks.grant(1);
    await settle();
    await supervisor.actor.replace({
      ...SETTINGS,
      election: { key: 'mysql/other', ttlMs: 15_000, lockDelayMs: 0 },
    });
    await settle();
    expect(locks.happened).toEqual(['released']);
    expect(locks.wanted.map(({ key }) => key)).toEqual(['mysql/leader', 'mysql/other']);
    expect(held()).toEqual([['mysql follower', 'follower']]);
  });
});
