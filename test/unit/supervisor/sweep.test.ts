import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';

import { ownMark, sweepStale } from '../../../src/supervisor/sweep.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { RecordingRegistrar } from '../../support/recording-registrar.ts';

const MARK = 'autotmpl-supervisor';

/** The pid of a process that is gone. */
async function deadPid(): Promise<number> {
  const child = spawn('true');
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('the sweep at the start', () => {
  let clock: ManualClock;
  let registrar: RecordingRegistrar;
  let logger: ReturnType<typeof recordingLogger>;

  const [, space = '', pid = '', started = ''] = (ownMark('host')[MARK] ?? '').split(' ');
  const stranger = (id: string, mark: string): void => {
    registrar.strangers.push({ id, name: 'app', meta: mark === '' ? {} : { [MARK]: mark } });
  };
  const sweep = (signal = new AbortController().signal): Promise<void> =>
    sweepStale({ registrar, hostname: 'host', kept: new Set(['ours']), clock, logger }, signal);
  const left = (): string[] => registrar.strangers.map(({ id }) => id);

  beforeEach(() => {
    clock = new ManualClock();
    registrar = new RecordingRegistrar();
    logger = recordingLogger();
  });

  it('removes what a dead supervisor of this machine left, and nothing else', async () => {
    const dead = await deadPid();
    stranger('stale', `host ${space} ${dead} 12345`);
    stranger('reused-pid', `host ${space} ${pid} 1`);
    stranger('ours', `host ${space} ${dead} 12345`);
    stranger('alive', `host ${space} ${pid} ${started}`);
    stranger('other-machine', `elsewhere ${space} ${dead} 12345`);
    stranger('other-container', `host pid:[1] ${dead} 12345`);
    stranger('not-ours', '');
    stranger('cut-off', `host ${space}`);
    stranger('odd', `host ${space} ../../etc 12345`);
    await sweep();
    expect(left()).toEqual([
      ...['ours', 'alive', 'other-machine', 'other-container', 'not-ours', 'cut-off', 'odd'],
    ]);
    expect(logger.text()).toContain('removed stale from the catalog');
  });

  it('marks our entries in a way that it knows again', async () => {
    registrar.strangers.push({ id: 'mine', name: 'app', meta: ownMark('host') });
    await sweep();
    expect(left()).toEqual(['mine']);
  });

  it('looks again while the catalog is away: it may be an agent that we start ourselves', async () => {
    stranger('stale', `host ${space} ${await deadPid()} 12345`);
    registrar.trouble = new Error('connection refused');
    const swept = sweep();
    await clock.advance(10_000);
    expect(left()).toEqual(['stale']);
    registrar.trouble = undefined;
    await clock.advance(30_000);
    await swept;
    expect(left()).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  it('ends when it is told to stop', async () => {
    registrar.trouble = new Error('connection refused');
    const stopping = new AbortController();
    const swept = sweep(stopping.signal);
    await settle();
    stopping.abort();
    await swept;
    expect(clock.pending).toBe(0);
  });
});
