/** What meets in the life of a supervisor: stops, restarts, reloads and maintenance, over each other, with real processes. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queryId } from '../../src/catalog/query.ts';
import { begin, type Begun } from '../../src/core/actor.ts';
import { Bus } from '../../src/core/bus.ts';
import { systemClock } from '../../src/core/time.ts';
import type {
  JobSettings,
  SupervisorSettings,
  WatchSettings,
} from '../../src/supervisor/settings.ts';
import { Supervisor } from '../../src/supervisor/supervisor.ts';
import { Watcher } from '../../src/watch/watcher.ts';
import { recordingLogger } from '../support/recording-logger.ts';
import { RecordingRegistrar } from '../support/recording-registrar.ts';
import { ScriptedCatalog } from '../support/scripted-catalog.ts';
import { ScriptedLocks } from '../support/scripted-locks.ts';
import { keyPair } from '../support/watched.ts';
import { waitUntil } from '../support/wait-until.ts';

const service = (drainMs = 0): Pick<JobSettings, 'service' | 'health'> => ({
  service: {
    ...{ name: 'web', port: 80, interfaces: [], address: '10.0.0.5', tags: [], meta: {} },
    ...{ ttlMs: 10_000, enableTagOverride: false, drainMs, checkId: 'service:' },
  },
  health: {
    ...{ probe: { kind: 'none' }, intervalMs: 50, timeoutMs: 1000 },
    ...{ first: 'now', logging: 'raw' },
  },
});

function job(name: string, exec: string, fields: Partial<JobSettings> = {}): JobSettings {
  return {
    ...{ name, exec, place: 'autotmpl.yaml:1:1', role: 'job', fingerprint: name },
    when: { kind: 'startup' },
    restarts: { max: 0, delayMs: 1000, factor: 2, capMs: 30_000, resetMs: 60_000 },
    ...{ stopSignal: 'SIGTERM', stopTimeoutMs: 500, env: {}, logging: 'raw' },
    ...fields,
  };
}

/** Runs because another stops. */
const hook = (source: string, exec: string): JobSettings =>
  job('hook', exec, { when: { kind: 'event', source, code: 'stopping', mode: 'once' } });

describe('a supervisor', () => {
  let folder: string;
  let registrar: RecordingRegistrar;
  let catalog: ScriptedCatalog;
  let locks: ScriptedLocks;
  let rendering: Promise<void>;
  let rendered: number;
  let watcher: Begun<Watcher>;
  let supervisor: Begun<Supervisor>;

  const settingsOf = (
    jobs: readonly JobSettings[],
    more: Partial<SupervisorSettings> = {},
  ): SupervisorSettings => ({
    ...{ jobs, watches: [], waitFor: [], signals: {}, stopTimeoutMs: 1500 },
    ...{ stopOrder: 'deregisterFirst', childVariables: 'autotmpl', ...more },
  });

  function start(jobs: readonly JobSettings[], more: Partial<SupervisorSettings> = {}): void {
    const [bus, logger] = [new Bus(), recordingLogger()];
    watcher = begin(new Watcher({ catalog, bus, clock: systemClock, logger }));
    supervisor = begin(
      new Supervisor({
        ...{ settings: settingsOf(jobs, more), registrar, locks, clock: systemClock, bus, logger },
        ...{ watcher: watcher.actor, environment: process.env, hostname: 'host' },
        ...{ fillIn: (text) => text, renderName: (text) => text },
        record: undefined,
        render: () => {
          rendered += 1;
          return rendering;
        },
        sink: { stdout: () => true, stderr: () => true, pendingBytes: () => 0 },
      }),
    );
  }
  const standing = (name: string) =>
    supervisor.actor.snapshot().jobs.find((one) => one.name === name);
  const untilState = (name: string, state: string) =>
    waitUntil(() => standing(name)?.state === state, { what: `${name} to be ${state}` });
  const untilHeld = () => waitUntil(() => registrar.held.has('web-host'), { what: 'the entry' });
  const at = (name: string) => join(folder, name);
  const notes = (file: string) => `echo x >> ${at(file)}`;
  const noted = (file: string) =>
    existsSync(at(file)) ? readFileSync(at(file), 'utf8').split('\n').length - 1 : 0;
  const untilNoted = (file: string, times: number) =>
    waitUntil(() => noted(file) === times, { what: `${file} to be noted ${times} times` });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-races-'));
    [registrar, catalog] = [new RecordingRegistrar(), new ScriptedCatalog()];
    locks = new ScriptedLocks([]);
    [rendering, rendered] = [Promise.resolve(), 0];
  });

  afterEach(async () => {
    await supervisor.stop();
    await watcher.stop();
    expect(registrar.held.size, 'entries that are left').toBe(0);
    expect(
      supervisor.actor.snapshot().jobs.filter(({ pid }) => pid !== undefined),
      'jobs that are left',
    ).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it('stops in its time though the hook of a job that was stopped before hangs', async () => {
    start([job('web', 'exec sleep 600'), hook('web', 'exec sleep 600')]);
    await untilState('web', 'running');
    void supervisor.actor.stopJob('web');
    await untilState('hook', 'running');
    await supervisor.stop();
  });

  it('lets a hook end though its job may take as long as the whole stop', async () => {
    const allOfIt = { stopTimeoutMs: 30_000 };
    start([job('web', 'exec sleep 600', allOfIt), hook('web', `sleep 0.3; ${notes('hook')}`)], {
      stopTimeoutMs: 30_000,
    });
    await untilState('web', 'running');
    await supervisor.stop();
    expect(noted('hook')).toBe(1);
  });

  it('stops in its time though a job that was stopped before drains for long', async () => {
    start([job('web', 'exec sleep 600', service(600_000))]);
    await untilHeld();
    void supervisor.actor.stopJob('web');
    await waitUntil(() => !registrar.held.has('web-host'), { what: 'the entry to go' });
    await supervisor.stop();
  });

  it('stops in its time though a job that is restarted does not end', async () => {
    const deaf = `trap '' TERM; ${notes('deaf')}; while :; do sleep 0.1; done`;
    start([job('web', deaf, { stopTimeoutMs: 600_000 })]);
    await untilNoted('deaf', 1);
    await supervisor.actor.restartJob('web');
    await supervisor.stop();
  });

  it('starts nothing any more once it stops', async () => {
    start([job('web', 'exec sleep 600'), hook('web', 'exec sleep 0.5'), job('side', 'exit 0')]);
    await untilState('side', 'done');
    const stopped = supervisor.stop();
    await untilState('hook', 'running');
    await expect(supervisor.actor.startJob('side')).rejects.toThrow('the program stops');
    await expect(supervisor.actor.restartJob('side')).rejects.toThrow('the program stops');
    await stopped;
    expect(standing('side')).toMatchObject({ state: 'done', restarts: 0 });
  });

  it('brings no service back when maintenance ends while it stops', async () => {
    start([job('web', 'exec sleep 600', service()), hook('web', 'exec sleep 0.5')]);
    await untilHeld();
    supervisor.actor.setMaintenance(true);
    await waitUntil(() => registrar.held.size === 0, { what: 'the entry to go' });
    const { length } = registrar.calls;
    const stopped = supervisor.stop();
    await untilState('hook', 'running');
    supervisor.actor.setMaintenance(false);
    await stopped;
    expect(registrar.calls.slice(length).filter((call) => call.startsWith('keep'))).toEqual([]);
  });

  it('advertises a job again that was done and is restarted by a change', async () => {
    const query = { kind: 'key', path: 'a' } as const;
    start([job('web', 'exec sleep 600', service()), job('other', 'exec sleep 600')], {
      watches: [
        {
          ...{ name: 'a', place: '', query, compare: 'addresses', fingerprint: 'a' },
          onChange: { action: { kind: 'restart', job: 'web' } },
        },
      ],
    });
    await untilHeld();
    await supervisor.actor.stopJob('web');
    expect(registrar.held.size).toBe(0);
    catalog.answer(queryId(query), keyPair('a', 'new'));
    await untilHeld();
  });

  it('keeps out of the catalog what is started or restarted in maintenance', async () => {
    start([job('web', 'exec sleep 600', service()), job('other', 'exec sleep 600')]);
    await untilHeld();
    supervisor.actor.setMaintenance(true);
    await waitUntil(() => registrar.held.size === 0, { what: 'the entry to go' });
    const { length } = registrar.calls;
    await supervisor.actor.startJob('web');
    await supervisor.actor.stopJob('web');
    await supervisor.actor.restartJob('web');
    await untilState('web', 'running');
    expect(registrar.calls.slice(length)).toEqual([]);
    supervisor.actor.setMaintenance(false);
    await untilHeld();
  });

  it('takes part in no election that a reload names while it stops', async () => {
    const election = { key: 'a', ttlMs: 15_000, lockDelayMs: 0 };
    const jobs = [job('web', 'exec sleep 600')];
    start(jobs, { election });
    await waitUntil(() => locks.wanted.length === 1, { what: 'the election' });
    locks.grant(1);
    await waitUntil(() => supervisor.actor.snapshot().role === 'leader', { what: 'us to lead' });
    let release: () => void = () => undefined;
    locks.releasing = new Promise((resolve) => (release = resolve));
    const replaced = supervisor.actor.replace(
      settingsOf(jobs, { election: { ...election, key: 'b' } }),
    );
    await waitUntil(() => locks.happened.includes('released'), {
      what: 'the lock to be given back',
    });
    const stopped = supervisor.stop();
    await waitUntil(() => standing('web')?.state === 'done', { what: 'the stop' });
    release();
    await Promise.all([replaced, stopped]);
    expect(locks.wanted.map(({ key }) => key)).toEqual(['a']);
  });

  it('begins no watch that a reload names while it stops', async () => {
    const watch = (path: string): WatchSettings => ({
      ...{ name: path, place: '', compare: 'addresses', fingerprint: path },
      query: { kind: 'key', path },
      onChange: { action: { kind: 'render', source: 'a' } },
    });
    let finish: () => void = () => undefined;
    rendering = new Promise((resolve) => (finish = resolve));
    const jobs = [job('web', 'exec sleep 600')];
    start(jobs, { watches: [watch('a')] });
    catalog.answer('key(a)', keyPair('a', 'new'));
    await waitUntil(() => rendered === 1, { what: 'the change to be reacted to' });
    const replaced = supervisor.actor.replace(settingsOf(jobs, { watches: [watch('b')] }));
    await waitUntil(() => catalog.open.length === 0, { what: 'the old watch to end' });
    const stopped = supervisor.stop();
    await waitUntil(() => standing('web')?.state === 'done', { what: 'the stop' });
    finish();
    await Promise.all([replaced, stopped]);
    expect(catalog.begun).toEqual(['key(a)']);
  });

  it('lets an entry of a job that is restarted and then changed go before the new one comes', async () => {
    const slow = `trap 'sleep 0.2; exit 0' TERM; while :; do sleep 0.05; done`;
    start([job('web', slow, service())]);
    await untilHeld();
    let answer: () => void = () => undefined;
    registrar.answering = new Promise((resolve) => (answer = resolve));
    await supervisor.actor.restartJob('web');
    const replaced = supervisor.actor.replace(
      settingsOf([job('web', 'exec sleep 600', { ...service(), fingerprint: 'new' })]),
    );
    // The old process ends while its entry is still on its way out.
    await untilState('web', 'done');
    expect(supervisor.actor.snapshot().jobs).toHaveLength(1);
    answer();
    registrar.answering = Promise.resolve();
    await replaced;
    await untilState('web', 'running');
    await untilHeld();
    const gone = registrar.calls.lastIndexOf('deregister web-host');
    expect(registrar.calls.slice(gone)).toContain('keep web-host passing');
  });

  it('starts a job for each event again once it was stopped and started', async () => {
    const each = { kind: 'event', source: 'SIGHUP', code: 'SIGHUP', mode: 'each' } as const;
    start([job('web', 'exec sleep 600'), job('each', notes('each'), { when: each })]);
    await untilState('web', 'running');
    await supervisor.actor.stopJob('each');
    await supervisor.actor.startJob('each');
    await untilNoted('each', 1);
    await untilState('each', 'waiting');
    supervisor.actor.announce({ source: 'SIGHUP', code: 'SIGHUP' });
    await untilNoted('each', 2);
  });

  it('runs the hook of a job that a reload changed for the new one too', async () => {
    const before = [job('web', 'exec sleep 600'), hook('web', notes('hook'))];
    start(before);
    await untilState('web', 'running');
    const [web, late] = before as [JobSettings, JobSettings];
    await supervisor.actor.replace(settingsOf([{ ...web, fingerprint: 'new' }, late]));
    await untilNoted('hook', 1);
    await untilState('web', 'running');
    await supervisor.stop();
    expect(noted('hook')).toBe(2);
  });
});
