import { symlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stageFile } from '../../../src/output/atomic-write.ts';
import { patientCalls, promptCalls } from '../../../src/output/file-calls.ts';
import type { FileOptions } from '../../../src/output/file-options.ts';
import { resolveDestination } from '../../../src/output/resolve-destination.ts';

const OPTIONS: FileOptions = {
  createDirs: true,
  backup: false,
  symlink: 'refuse',
  write: 'rename',
};

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'file-calls-'));
  file = join(folder, 'app.conf');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe.each([
  ['patient', patientCalls],
  ['prompt', promptCalls],
])('%s calls', (_kind, calls) => {
  async function write(path: string, text: string | Buffer, mode?: number): Promise<void> {
    const found = await resolveDestination(path, 'refuse', undefined, calls);
    const options = { ...OPTIONS, ...(mode !== undefined && { mode }) };
    const staged = await stageFile(path, text, options, { found, calls });
    await staged.commit();
  }

  it('replace a file by another with its mode, and leave nothing beside it', async () => {
    await writeFile(file, 'old', { mode: 0o640 });
    const before = await stat(file);
    await write(file, 'new');
    const after = await stat(file);
    expect(await readFile(file, 'utf8')).toBe('new');
    expect(after.ino).not.toBe(before.ino);
    expect(after.mode & 0o7777).toBe(0o640);
    expect(await readdir(folder)).toEqual(['app.conf']);
  });

  it('make a file that was not there, and its folders, with the mode that is asked for', async () => {
    const path = join(folder, 'a/b/app.conf');
    await write(path, 'new', 0o604);
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o7777).toBe(0o604);
  });

  it('write a text of any length, and bytes as they are', async () => {
    const long = 'ä'.repeat(200_000);
    await write(file, long);
    expect(await readFile(file, 'utf8')).toBe(long);
    const bytes = Buffer.from([0, 255, 10, 128]);
    await write(file, bytes);
    expect(await readFile(file)).toEqual(bytes);
  });

  it('keep the old file where the folder takes no new one', async () => {
    await expect(write('/proc/self/status', 'new')).rejects.toThrow(/^Cannot write/);
  });

  it('follow no link', async () => {
    await writeFile(file, 'old');
    symlinkSync(file, join(folder, 'link'));
    await expect(write(join(folder, 'link'), 'new')).rejects.toThrow('it is a symbolic link');
    expect(await readFile(file, 'utf8')).toBe('old');
  });
});
