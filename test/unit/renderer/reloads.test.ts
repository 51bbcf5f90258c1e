import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { begin, type Begun } from '../../../src/core/actor.ts';
import { Bus } from '../../../src/core/bus.ts';
import { commandLabel } from '../../../src/process/command-line.ts';
import type { CommandResult } from '../../../src/process/result.ts';
import type { Remedy } from '../../../src/renderer/aftermath.ts';
import type { Reload } from '../../../src/renderer/reload.ts';
import { Reloads } from '../../../src/renderer/reloads.ts';
import { noTurns } from '../../support/no-turns.ts';
import { ManualClock, settle } from '../../support/manual-clock.ts';
import { recordingLogger } from '../../support/recording-logger.ts';
import { makeTarget } from '../../support/targets.ts';

const OK: CommandResult = { outcome: 'ok', exitCode: 0, durationMs: 1, tail: [], droppedLines: 0 };
const FAILED: CommandResult = {
  outcome: 'failed',
  exitCode: 3,
  durationMs: 1,
  tail: [],
  droppedLines: 0,
};

const [web, api] = [makeTarget({ label: 'web.conf' }), makeTarget({ label: 'api.conf' })];
const reload = (command: string, ...targets: (typeof web)[]): Reload => ({
  command,
  timeoutMs: 1000,
  targets,
  reasons: ['key(a)'],
});

describe('reloads', () => {
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let begun: Begun<Reloads> | undefined;
  let runs: Reload[];
  let probed: Reload[];
  /** Why what was reloaded does not work. */
  let probeFinds: string | undefined;
  let followed: string[];
  /** What a failure leads to. */
  let remedy: Remedy;
  let succeeded: string[][];
  /** Ends the command under way. */
  let end: (result: CommandResult) => Promise<void>;

  const start = (retry: boolean): Reloads => {
    begun = begin(
      new Reloads({
        turns: noTurns({ clock, logger }),
        run: (asked, signal) => {
          runs.push(asked);
          return new Promise((resolve) => {
            end = async (result) => {
              resolve(result);
              await settle();
            };
            signal.addEventListener('abort', () => resolve({ ...FAILED, outcome: 'aborted' }));
          });
        },
        probe: (asked) => {
          probed.push(asked);
          return Promise.resolve(probeFinds);
        },
        follow: (_, reason) => {
          followed.push(reason);
          return Promise.resolve(remedy);
        },
        cover: (targets) => ({
          clear: async () => {
            succeeded.push(targets.map((target) => target.label));
          },
          replace: () => Promise.reject(new Error('not wanted here')),
          end: () => undefined,
        }),
        retry,
        clock,
        bus: new Bus(),
        logger,
      }),
    );
    return begun.actor;
  };

  beforeEach(() => {
    clock = new ManualClock();
    logger = recordingLogger();
    runs = [];
    succeeded = [];
    probed = [];
    followed = [];
    remedy = { kind: 'keep' };
    probeFinds = undefined;
  });

  afterEach(async () => {
    await begun?.stop();
    expect(clock.pending).toBe(0);
  });

  it('starts nothing while it is held, and then what was asked for meanwhile', async () => {
    const reloads = start(true);
    reloads.hold();
    reloads.enqueue([reload('first', web)]);
    await settle();
    reloads.enqueue([reload('first', api), reload('second', api)]);
    await settle();
    expect(runs).toEqual([]);
    reloads.release();
    await settle();
    await end(OK);
    await end(OK);
    expect(runs.map(({ command, targets }) => [command, targets.length])).toEqual([
      ['first', 2],
      ['second', 1],
    ]);
  });

  it('says how many lines of the output are not in the log', async () => {
    start(true).enqueue([reload('noisy', web)]);
    await settle();
    await end({ ...OK, droppedLines: 1234 });
    expect(logger.text()).toContain('warn noisy printed 1234 lines more than are logged');
  });

  it('runs equal commands of a batch once, in the order in which they were asked for', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('one', web), reload('two', web), reload('one', api)]);
    await settle();
    await end(OK);
    await end(OK);
    expect(runs.map(({ command }) => command)).toEqual(['one', 'two']);
    expect(succeeded).toEqual([['web.conf', 'api.conf'], ['web.conf']]);
  });

  it('never runs two commands at a time', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('one', web), reload('two', web)]);
    await settle();
    expect(runs).toHaveLength(1);
    await end(OK);
    expect(runs).toHaveLength(2);
    await end(OK);
  });

  it('runs a command once more for changes that came while it ran, and says of each run what it covered', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('one', web)]);
    await settle();
    reloads.enqueue([reload('one', api)]);
    reloads.enqueue([reload('one', api)]);
    await end(OK);
    expect(succeeded).toEqual([['web.conf']]);
    expect(runs).toHaveLength(2);
    await end(OK);
    expect(succeeded).toEqual([['web.conf'], ['api.conf']]);
    expect(runs).toHaveLength(2);
  });

  it('tries a failing command again, later each time, until it succeeds', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('one', web)]);
    await settle();
    await end(FAILED);
    expect(logger.text()).toContain('"one" ended with exit code 3');
    await clock.advance(1000);
    expect(runs).toHaveLength(2);
    await end(FAILED);
    await clock.advance(999);
    expect(runs).toHaveLength(2);
    await clock.advance(1001);
    expect(runs).toHaveLength(3);
    await end(OK);
    await clock.advance(600_000);
    expect(runs).toHaveLength(3);
    expect(succeeded).toEqual([['web.conf']]);
  });

  it('lets a new change run an owed command at once, for all targets that it is owed for', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('one', web)]);
    await settle();
    await end(FAILED);
    reloads.enqueue([reload('one', api)]);
    await settle();
    expect(runs).toHaveLength(2);
    await end(OK);
    expect(succeeded).toEqual([['web.conf', 'api.conf']]);
    await clock.advance(600_000);
    expect(runs).toHaveLength(2);
  });

  it('remembers failures instead of trying again in a single run', async () => {
    const reloads = start(false);
    reloads.enqueue([reload('one', web), reload('two', web)]);
    await settle();
    await end(FAILED);
    await end(OK);
    await reloads.idle();
    expect(reloads.failures).toHaveLength(1);
    expect(runs.map(({ command }) => commandLabel(command))).toEqual(['one', 'two']);
    await clock.advance(600_000);
    expect(runs).toHaveLength(2);
  });

  it('gives up what a new config does not name any more', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('old', web)]);
    await settle();
    await end(FAILED);
    reloads.keepOnly(new Set(['new']));
    await clock.advance(600_000);
    expect(runs).toHaveLength(1);
  });

  it('gives up a command that fails after a new config has dropped it', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('old', web)]);
    await settle();
    reloads.keepOnly(new Set(['new']));
    await end(FAILED);
    expect(logger.text()).toContain('the config does not name it any more');
    await clock.advance(600_000);
    expect(runs).toHaveLength(1);
  });

  it('takes a command as done only once what it reloaded works', async () => {
    const probing = makeTarget({
      label: 'probed.conf',
      probe: { probe: { kind: 'tcp', address: ':80' }, withinMs: 1000 },
    });
    const reloads = start(true);
    reloads.enqueue([reload('one', probing)]);
    await settle();
    probeFinds = 'nobody answers';
    await end(OK);
    expect(logger.text()).toContain('error nobody answers; the files are newer than what runs');
    expect(succeeded).toEqual([]);
    expect(reloads.owed).toBe(1);
    probeFinds = undefined;
    await clock.advance(1000);
    await end(OK);
    expect(probed).toHaveLength(2);
    expect(succeeded).toEqual([['probed.conf']]);
    expect(reloads.owed).toBe(0);
  });

  it('looks at nothing after a command that failed, and where nobody asks for it', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('one', web)]);
    await settle();
    await end(FAILED);
    reloads.enqueue([reload('one', api)]);
    await settle();
    await end(OK);
    expect(probed).toEqual([]);
  });

  it('runs a command once more on files that were put back, and owes nothing when that works', async () => {
    const reloads = start(true);
    remedy = { kind: 'rolledBack', targets: [web] };
    reloads.enqueue([reload('one', web, api)]);
    await settle();
    await end(FAILED);
    expect(runs).toHaveLength(2);
    expect(reloads.standings()).toEqual([
      { command: 'one', state: 'running', targets: ['web.conf', 'api.conf'] },
    ]);
    await end(OK);
    expect(succeeded).toEqual([['web.conf', 'api.conf']]);
    expect(reloads.standings()).toEqual([]);
    expect(followed).toHaveLength(1);
  });

  it('does not put files back and forth where the command fails on the good ones too', async () => {
    const reloads = start(true);
    remedy = { kind: 'rolledBack', targets: [web] };
    reloads.enqueue([reload('one', web)]);
    await settle();
    await end(FAILED);
    remedy = { kind: 'keep' };
    await end(FAILED);
    expect(followed).toHaveLength(1);
    expect(logger.text()).toContain('though the last good files are in place again (web.conf)');
    expect(reloads.standings()).toMatchObject([{ command: 'one', state: 'owed' }]);
    await clock.advance(1000);
    expect(runs).toHaveLength(3);
    await end(OK);
    expect(reloads.standings()).toEqual([]);
  });

  it('counts what was rolled back as a failure in a single run', async () => {
    const reloads = start(false);
    remedy = { kind: 'rolledBack', targets: [web] };
    reloads.enqueue([reload('one', web)]);
    await settle();
    await end(FAILED);
    await end(OK);
    await reloads.idle();
    expect(reloads.failures).toEqual([
      'The command "one" ended with exit code 3; rolled back: web.conf',
    ]);
  });

  it('tries nothing again where a failure ends the program', async () => {
    const reloads = start(true);
    remedy = { kind: 'exit' };
    reloads.enqueue([reload('one', web)]);
    await settle();
    await end(FAILED);
    await clock.advance(600_000);
    expect(runs).toHaveLength(1);
    expect(reloads.failures).toHaveLength(1);
  });

  it('says what is owed, for which files, and why', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('one', web), reload('two', api)]);
    await settle();
    await end(FAILED);
    expect(reloads.standings()).toEqual([
      {
        ...{ command: 'one', state: 'owed', targets: ['web.conf'] },
        reason: 'The command "one" ended with exit code 3',
      },
      { command: 'two', state: 'running', targets: ['api.conf'] },
    ]);
    await end(OK);
  });

  it('ends the command under way when it is told to stop', async () => {
    const reloads = start(true);
    reloads.enqueue([reload('one', web)]);
    await settle();
    await begun?.stop();
    expect(succeeded).toEqual([]);
    expect(logger.records.filter(({ level }) => level === 'error')).toEqual([]);
  });
});
