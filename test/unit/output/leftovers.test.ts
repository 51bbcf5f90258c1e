import { spawn } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeLeftovers } from '../../../src/output/leftovers.ts';

const RANDOM = '0123456789ab';
/** Above the highest process id that Linux gives (2^22). */
const NOBODY = 4_194_999;

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leftovers-'));
  file = join(folder, 'app.conf');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function leave(name: string, ageMs = 0): string {
  const path = join(folder, name);
  writeFileSync(path, 'half');
  const seconds = (Date.now() - ageMs) / 1000;
  utimesSync(path, seconds, seconds);
  return path;
}

async function withProcess(work: (pid: number) => Promise<void>): Promise<void> {
  const other = spawn('sleep', ['60']);
  try {
    await new Promise((resolve) => other.once('spawn', resolve));
    await work(other.pid ?? 0);
  } finally {
    other.kill('SIGKILL');
  }
}

describe('removeLeftovers', () => {
  it('deletes what a process left that is gone, or had our own id', async () => {
    const gone = leave(`.app.conf.autotmpl-${NOBODY}-${RANDOM}`);
    const ours = leave(`.app.conf.autotmpl-${process.pid}-${RANDOM}`);
    expect((await removeLeftovers([file])).sort()).toEqual([gone, ours].sort());
    expect(readdirSync(folder)).toEqual([]);
  });

  it('deletes what was left of a note that a text was rolled back', async () => {
    const left = leave(`..app.conf.autotmpl-rejected.autotmpl-${NOBODY}-${RANDOM}`);
    leave('.app.conf.autotmpl-rejected');
    expect(await removeLeftovers([file])).toEqual([left]);
    expect(readdirSync(folder)).toEqual(['.app.conf.autotmpl-rejected']);
  });

  it('lets be what is not exactly a temporary name of one of the destinations', async () => {
    const names = [
      'app.conf',
      'app.conf.bak',
      '.app.conf.autotmpl-owed',
      `.other.conf.autotmpl-${NOBODY}-${RANDOM}`,
      `.app.conf.autotmpl-${NOBODY}-short`,
      `.app.conf.autotmpl-${NOBODY}-${RANDOM}.mine`,
      `x.app.conf.autotmpl-${NOBODY}-${RANDOM}`,
    ].sort();
    for (const name of names) leave(name);
    const directory = `.app.conf.autotmpl-${NOBODY}-ba9876543210`;
    mkdirSync(join(folder, directory));
    expect(await removeLeftovers([file])).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual([directory, ...names].sort());
  });

  it('lets be what a living process may be writing, for an hour', async () => {
    await withProcess(async (pid) => {
      leave(`.app.conf.autotmpl-${pid}-${RANDOM}`);
      expect(await removeLeftovers([file])).toEqual([]);
      leave(`.app.conf.autotmpl-${pid}-${RANDOM}`, 3_700_000);
      expect(await removeLeftovers([file])).toHaveLength(1);
    });
  });

  it('deletes what is older than the process that has its id now', async () => {
    await withProcess(async (pid) => {
      leave(`.app.conf.autotmpl-${pid}-${RANDOM}`, 60_000);
      expect(await removeLeftovers([file])).toHaveLength(1);
    });
  });

  it('cleans many folders, and where a link leads; a missing folder is nothing', async () => {
    mkdirSync(join(folder, 'there'));
    symlinkSync('there/real', file);
    leave(`there/.real.autotmpl-${NOBODY}-${RANDOM}`);
    leave(`there/.second.autotmpl-${NOBODY}-${RANDOM}`);
    const removed = await removeLeftovers([
      file,
      join(folder, 'there/second'),
      join(folder, 'missing/app.conf'),
    ]);
    expect(removed).toHaveLength(2);
    expect(readdirSync(join(folder, 'there'))).toEqual([]);
  });
});
