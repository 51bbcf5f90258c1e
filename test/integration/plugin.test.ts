import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLocalCatalog } from '../../src/catalog/local/index.ts';
import { queryId } from '../../src/catalog/query.ts';
import { systemClock } from '../../src/core/time.ts';
import { captureOutput, type CaptureOptions } from '../../src/process/capture.ts';
import { pluginRunner } from '../../src/daemon/plugins.ts';
import { Follower } from '../support/follower.ts';
import { waitUntil } from '../support/wait-until.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plugin-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a program whose output is wanted', () => {
  const capture = (
    command: readonly [string, ...string[]],
    options: Partial<CaptureOptions> = {},
  ) =>
    captureOutput(command, {
      env: { PATH: process.env.PATH ?? '' },
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      ...options,
    });
  const shell = (script: string, options: Partial<CaptureOptions> = {}) =>
    capture(['sh', '-c', script], options);

  it('gives it whole, without white space around it', async () => {
    expect(await capture(['printf', '%s', ' a b\n c\n\n'])).toEqual({ output: 'a b\n c' });
    const long = await shell('i=0; while [ $i -lt 20000 ]; do echo 0123456789; i=$((i+1)); done');
    expect('output' in long && long.output.length).toBe(219_999);
  });

  it('is told by its exit code, with its last words', async () => {
    expect(await shell('echo out; echo why >&2; exit 3')).toEqual({
      failure: 'it ended with exit code 3; it said: why',
    });
    expect(await shell('kill -9 $$')).toEqual({ failure: 'it was killed by SIGKILL' });
    expect(await capture([join(folder, 'none')])).toEqual({
      failure: 'it could not be started: not found',
    });
    expect(await shell("printf '\\377'")).toEqual({
      failure: 'what it printed is not UTF-8 text',
    });
  });

  it('is killed with its whole group when its time is up', async () => {
    const pidFile = join(folder, 'pid');
    expect(await shell(`sleep 60 & echo $! > ${pidFile}; wait`, { timeoutMs: 500 })).toEqual({
      failure: 'it ran longer than 500ms and was killed',
    });
    await waitUntil(() => !runs(Number(readFileSync(pidFile, 'utf8'))), {
      what: 'its child to be gone',
      timeoutMs: 5000,
    });
  });

  it('is stopped with whoever wants it', async () => {
    const controller = new AbortController();
    const captured = shell('sleep 60', { signal: controller.signal });
    controller.abort();
    expect(await captured).toEqual({ failure: 'it was stopped' });
  });

  it('is not waited for where it left something behind', async () => {
    expect(await shell('sleep 60 & echo done')).toEqual({ output: 'done' });
  });
});

describe('a plugin as a query', () => {
  const catalog = () =>
    createLocalCatalog({
      clock: systemClock,
      runPlugin: pluginRunner({ PATH: process.env.PATH, CONSUL_HTTP_TOKEN: 'hidden' }),
    });

  it('runs once, in the environment of commands', async () => {
    const count = join(folder, 'count');
    const script = `echo run >> ${count}; echo "[$CONSUL_HTTP_TOKEN]" "$@"`;
    const follower = new Follower(catalog(), {
      kind: 'plugin',
      command: ['sh', '-c', script, 'sh', 'a b', '$(c)'],
    } as const);
    expect(await follower.fresh()).toEqual({ output: '[] a b $(c)' });
    await follower.stop();
    expect(readFileSync(count, 'utf8')).toBe('run\n');
  });

  it('is asked no more once it has answered', async () => {
    const local = createLocalCatalog({
      clock: { ...systemClock, sleep: async () => undefined },
      runPlugin: async () => ({ output: 'x' }),
    });
    const query = { kind: 'plugin', command: ['x'] } as const;
    let answers = 0;
    for await (const answer of local.watch(query, new AbortController().signal)) {
      expect(answer).toEqual({ state: 'fresh', value: { output: 'x' } });
      answers += 1;
      if (answers === 2) break;
    }
    expect(answers).toBe(1);
  });

  it('is tried again after a failure', async () => {
    const program = join(folder, 'program');
    writeFileSync(program, '#!/bin/sh\nexit 1\n');
    chmodSync(program, 0o755);
    const follower = new Follower(catalog(), { kind: 'plugin', command: [program] } as const);
    expect(await follower.fresh()).toEqual({ failure: 'it ended with exit code 1' });
    writeFileSync(program, '#!/bin/sh\necho better\n');
    expect(await follower.fresh((run) => 'output' in run)).toEqual({ output: 'better' });
    await follower.stop();
  });

  it('has a name that shows none of its arguments, and another for others', () => {
    const id = (...words: string[]) =>
      queryId({ kind: 'plugin', command: ['vault-read', ...words] });
    expect(id()).toBe('plugin(vault-read)');
    expect(id('hunter2')).not.toContain('hunter2');
    expect(id('a', 'b')).toBe(id('a', 'b'));
    expect(id('a b')).not.toBe(id('a', 'b'));
  });
});

function runs(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
