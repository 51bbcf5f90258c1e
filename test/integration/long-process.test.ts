import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { findAccount } from '../../src/process/account.ts';
import {
  exitCodeOfEnd,
  startProcess,
  type ProcessOptions,
  type RunningProcess,
} from '../../src/process/long-process.ts';
import { processesWith } from '../support/process-facts.ts';
import { waitUntil } from '../support/wait-until.ts';

describe('a long process', () => {
  let folder: string;
  let mark: string;
  let lines: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-long-'));
    mark = `AUTOTMPL_TEST_MARK=${folder}`;
    lines = [];
  });

  afterEach(async () => {
    await waitUntil(() => processesWith(mark).length === 0, {
      timeoutMs: 2000,
      what: 'every process of the test to be gone',
    });
    rmSync(folder, { recursive: true, force: true });
  });

  const start = (command: ProcessOptions['command'], more: Partial<ProcessOptions> = {}) =>
    startProcess({
      command,
      env: { PATH: process.env.PATH ?? '', AUTOTMPL_TEST_MARK: folder },
      output: (stream, line) => lines.push(`${stream} ${line}`),
      ...more,
    });

  const running = async (
    command: ProcessOptions['command'],
    more: Partial<ProcessOptions> = {},
  ): Promise<RunningProcess> => {
    const started = await start(command, more);
    if ('couldNotStart' in started) throw new Error(started.couldNotStart);
    return started;
  };
  const printed = (line: string) =>
    waitUntil(() => lines.includes(line), { timeoutMs: 5000, what: line });

  it('hands on what it prints line by line, its last one without a line end too', async () => {
    const { ended } = await running('echo out; echo err >&2; printf rest');
    expect(await ended).toEqual({ code: 0 });
    await printed('stdout rest');
    expect(lines.toSorted()).toEqual(['stderr err', 'stdout out', 'stdout rest']);
  });

  it.each([
    ['exit 7', 7],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('ends %s with the exit code %d', async (command, code) => {
    const { ended } = await running(command);
    expect(exitCodeOfEnd(await ended)).toBe(code);
  });

  it.each<[string, ProcessOptions['command'], Partial<ProcessOptions>, number, RegExp]>([
    ['a program that is not there', ['/no/such'], {}, 127, /not found/],
    ['an empty command', [], {}, 127, /empty/],
    ['a file that is no program', ['/etc/passwd'], {}, 126, /may not be executed/],
    ['a folder that is not there', ['true'], { cwd: '/no/such' }, 127, /folder \/no\/such/],
    ['a word with a null byte', ['true', 'a\0b'], {}, 127, /null bytes/],
  ])('says that %s could not be started', async (_, command, more, exitCode, reason) => {
    const started = await start(command, more);
    expect(started).toEqual({ couldNotStart: expect.stringMatching(reason) as string, exitCode });
  });

  it('signals the whole group', async () => {
    const one = await running(`(trap 'echo inner; exit' HUP; while :; do sleep 0.05; done) &
      trap 'echo outer; exit 3' HUP; echo up; while :; do sleep 0.05; done`);
    await printed('stdout up');
    expect(one.signal('SIGHUP')).toBe(true);
    expect(await one.ended).toEqual({ code: 3 });
    await printed('stdout inner');
  });

  it('stops with the signal that it wants, and has its own exit code', async () => {
    const one = await running(`trap 'exit 4' QUIT; echo up; while :; do sleep 0.05; done`);
    await printed('stdout up');
    await one.stop('SIGQUIT', 5000);
    expect(await one.ended).toEqual({ code: 4 });
  });

  it('kills who does not stop in time, at once where there is none', async () => {
    const deaf = `trap '' TERM; echo up; while :; do sleep 0.05; done`;
    const patient = await running(deaf);
    await printed('stdout up');
    const since = performance.now();
    await patient.stop('SIGTERM', 300);
    expect(performance.now() - since).toBeGreaterThan(290);
    expect(await patient.ended).toEqual({ signal: 'SIGKILL' });
    const hasty = await running(deaf);
    await hasty.stop('SIGTERM', 0);
    expect(await hasty.ended).toEqual({ signal: 'SIGKILL' });
  });

  it('shortens the wait for whoever is in a hurry', async () => {
    const one = await running(`trap '' TERM; echo up; while :; do sleep 0.05; done`);
    await printed('stdout up');
    const hurry = new AbortController();
    const stopped = one.stop('SIGTERM', 60_000, hurry.signal);
    hurry.abort();
    await stopped;
    expect(await one.ended).toEqual({ signal: 'SIGKILL' });
  });

  it('ends whom it left behind, though it has ended itself', async () => {
    const one = await running('sleep 60 & echo up');
    expect(await one.ended).toEqual({ code: 0 });
    expect(processesWith(mark)).toHaveLength(1);
    await one.stop('SIGTERM', 5000);
    expect(processesWith(mark)).toHaveLength(0);
    // Once whoever takes in orphans has asked for its exit code.
    await waitUntil(() => !one.signal('SIGTERM'), { timeoutMs: 5000, what: 'an empty group' });
  });

  it('is never held up by what it prints', async () => {
    const { ended } = await running(
      `head -c 3000000 /dev/zero | tr '\\0' x; echo; yes line | head -n 200000; echo end`,
      { output: (_, line) => lines.splice(0, 10, line) },
    );
    expect(await ended).toEqual({ code: 0 });
    await waitUntil(() => lines.includes('end'), { timeoutMs: 5000, what: 'the last line' });
  });

  it('runs as another account', async () => {
    const account = await findAccount('www-data');
    const { ended } = await running('id -u; id -g; id -G', { account });
    await ended;
    await waitUntil(() => lines.length === 3, { timeoutMs: 5000, what: 'three lines' });
    expect(lines).toEqual(Array(3).fill('stdout 33'));
  });
});

describe('an account', () => {
  const passwd = readFileSync('/etc/passwd', 'utf8');

  it.each([
    ['www-data', { uid: 33, gid: 33 }],
    ['www-data:adm', { uid: 33, gid: 4 }],
    ['33', { uid: 33, gid: 33 }],
    ['33:4', { uid: 33, gid: 4 }],
    ['54321', { uid: 54321, gid: 54321 }],
  ])('%s is found', async (text, account) => {
    expect(passwd).toContain('www-data:x:33:33');
    expect(await findAccount(text)).toMatchObject({ ...account, groups: [] });
  });

  it.each([
    ['nobody-of-that-name', /the user "nobody-of-that-name" does not exist here/],
    ['root:no-such-group', /the group "no-such-group" does not exist here/],
    ['4294967295', /not a possible id/],
  ])('%s is refused', async (text, message) => {
    await expect(findAccount(text)).rejects.toThrow(message);
  });
});
