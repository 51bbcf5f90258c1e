import { execFileSync } from 'node:child_process';
import { chownSync, linkSync, symlinkSync } from 'node:fs';
import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AutotmplError } from '../../../src/core/errors.ts';
import { stageFile } from '../../../src/output/atomic-write.ts';
import type { FileOptions } from '../../../src/output/file-options.ts';
import { syncFolders } from '../../../src/output/folders.ts';
import { writeInPlace } from '../../../src/output/in-place.ts';

const PLAIN: FileOptions = {
  createDirs: false,
  backup: false,
  symlink: 'refuse',
  write: 'rename',
};
const isRoot = process.geteuid?.() === 0;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-write-'));
  file = join(folder, 'app.conf');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(path: string, text: string, options: Partial<FileOptions> = {}) {
  const staged = await stageFile(path, text, { ...PLAIN, ...options });
  const placement = await staged.commit();
  await syncFolders([staged.destination]);
  return placement;
}

async function mode(path: string): Promise<number> {
  return (await stat(path)).mode & 0o7777;
}

async function refusal(work: Promise<unknown>): Promise<AutotmplError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AutotmplError);
  expect((error as AutotmplError).code).toBe('output');
  return error as AutotmplError;
}

describe('a staged file', () => {
  it('waits beside the destination, complete and with its mode, and leaves the old file alone', async () => {
    await writeFile(file, 'old');
    const staged = await stageFile(file, 'new', { ...PLAIN, mode: 0o600 });
    expect(await readFile(file, 'utf8')).toBe('old');
    expect(staged.path).toMatch(
      new RegExp(`/\\.app\\.conf\\.autotmpl-${process.pid}-[0-9a-f]{12}$`),
    );
    expect(await readFile(staged.path ?? '', 'utf8')).toBe('new');
    expect(await mode(staged.path ?? '')).toBe(0o600);
    await staged.discard();
    expect(await readdir(folder)).toEqual(['app.conf']);
    expect(await readFile(file, 'utf8')).toBe('old');
  });

  it('replaces the old file by another one, so that a reader of the old keeps the old', async () => {
    await writeFile(file, 'old');
    const before = await stat(file);
    expect(await write(file, 'new')).toBe('renamed');
    expect(await readFile(file, 'utf8')).toBe('new');
    expect((await stat(file)).ino).not.toBe(before.ino);
    expect(await readdir(folder)).toEqual(['app.conf']);
  });

  it('makes an empty file of an empty text', async () => {
    await write(file, '');
    expect(await readFile(file, 'utf8')).toBe('');
  });

  it('takes a name of 255 bytes', async () => {
    const long = join(folder, 'ä'.repeat(127) + 'x');
    await write(long, 'one');
    await write(long, 'two');
    expect(await readFile(long, 'utf8')).toBe('two');
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('leaves nothing behind when the destination became a directory in the meantime', async () => {
    const staged = await stageFile(file, 'new', PLAIN);
    await mkdir(file);
    const error = await refusal(staged.commit());
    expect(error.message).toBe(`Cannot write ${file}: it is a directory`);
    expect(await readdir(folder)).toEqual(['app.conf']);
  });
});

describe('the mode', () => {
  it('is the one that is asked for, else that of the old file, else 0644, whatever the umask is', async () => {
    const umask = process.umask(0o077);
    try {
      await write(file, 'one');
      expect(await mode(file)).toBe(0o644);
      await chmod(file, 0o640);
      await write(file, 'two');
      expect(await mode(file)).toBe(0o640);
      await write(file, 'three', { mode: 0o4755 });
      expect(await mode(file)).toBe(0o4755);
    } finally {
      process.umask(umask);
    }
  });
});

describe.runIf(isRoot)('the owner (as root)', () => {
  it('is the one that is asked for, by name or number; what is not asked for stays as it was', async () => {
    await writeFile(file, 'old');
    chownSync(file, 1234, 2345);
    await write(file, 'new');
    expect(await stat(file)).toMatchObject({ uid: 1234, gid: 2345 });
    await write(file, 'newer', { user: 'daemon' });
    expect(await stat(file)).toMatchObject({ uid: 1, gid: 2345 });
    await write(file, 'newest', { group: '77', mode: 0o2750 });
    expect(await stat(file)).toMatchObject({ uid: 1, gid: 77 });
    expect(await mode(file)).toBe(0o2750);
  });
});

describe('a user that does not exist', () => {
  it('is an error that names it, and leaves nothing behind', async () => {
    const error = await refusal(write(file, 'new', { user: 'no-such-user-here' }));
    expect(error.message).toBe('The user "no-such-user-here" does not exist here');
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('missing folders', () => {
  it('are made where asked, with 0755 whatever the umask is', async () => {
    const deep = join(folder, 'a/b/c.conf');
    const umask = process.umask(0o077);
    await write(deep, 'text', { createDirs: true }).finally(() => process.umask(umask));
    expect(await readFile(deep, 'utf8')).toBe('text');
    expect(await mode(join(folder, 'a'))).toBe(0o755);
  });

  it('are an error otherwise, and nothing is made', async () => {
    const error = await refusal(write(join(folder, 'a/b/c.conf'), 'text'));
    expect(error.message).toBe(
      `Cannot write ${folder}/a/b/c.conf: the folder ${folder}/a/b does not exist`,
    );
    expect(error.advice).toContain('createDirs: true');
    expect(await readdir(folder)).toEqual([]);
  });

  it('are not made below a file', async () => {
    await writeFile(file, '');
    const error = await refusal(write(join(file, 'x'), 'text', { createDirs: true }));
    expect(error.message).toContain('a part of the path is a file');
  });
});

describe('a backup', () => {
  it('is the file before this one, one generation, with its mode', async () => {
    await write(file, 'one', { backup: true, mode: 0o640 });
    expect(await readdir(folder)).toEqual(['app.conf']);
    await write(file, 'two', { backup: true, mode: 0o600 });
    expect(await readFile(`${file}.bak`, 'utf8')).toBe('one');
    expect(await mode(`${file}.bak`)).toBe(0o640);
    await write(file, 'three', { backup: true });
    expect(await readFile(`${file}.bak`, 'utf8')).toBe('two');
    expect(await readdir(folder)).toEqual(['app.conf', 'app.conf.bak']);
  });

  it('leaves no other name where it is the present file already', async () => {
    await writeFile(file, 'one');
    linkSync(file, `${file}.bak`);
    await write(file, 'two', { backup: true });
    expect(await readdir(folder)).toEqual(['app.conf', 'app.conf.bak']);
    expect(await readFile(`${file}.bak`, 'utf8')).toBe('one');
  });

  it('is a copy where the file is written in place', async () => {
    await writeFile(file, 'one');
    await write(file, 'two', { backup: true, write: 'inPlace' });
    expect(await readFile(`${file}.bak`, 'utf8')).toBe('one');
    expect(await readFile(file, 'utf8')).toBe('two');
  });
});

describe('a destination that is a symbolic link', () => {
  it('is refused, with where it points; the link and its target stay', async () => {
    await writeFile(join(folder, 'real'), 'old');
    symlinkSync('real', file);
    const error = await refusal(write(file, 'new'));
    expect(error.message).toBe(`Cannot use ${file}: it is a symbolic link to real`);
    expect(await readlink(file)).toBe('real');
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('old');
  });

  it('is followed where asked: the target is replaced in its own folder, the link stays', async () => {
    await mkdir(join(folder, 'there'));
    await writeFile(join(folder, 'there/real'), 'old');
    symlinkSync('there/real', file);
    await write(file, 'new', { symlink: 'follow' });
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
    expect(await readFile(join(folder, 'there/real'), 'utf8')).toBe('new');
    expect((await lstat(join(folder, 'there/real'))).isFile()).toBe(true);
  });

  it('is followed to where nothing is yet, through a chain of links', async () => {
    await mkdir(join(folder, 'there'));
    symlinkSync('there/second', file);
    symlinkSync('../real', join(folder, 'there/second'));
    await write(file, 'new', { symlink: 'follow' });
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new');
    expect((await lstat(file)).isSymbolicLink()).toBe(true);
  });

  it('is refused when it loops, or ends where no folder is', async () => {
    symlinkSync('app.conf', file);
    await refusal(write(file, 'new', { symlink: 'follow' }));
    symlinkSync('nowhere/real', join(folder, 'second'));
    const error = await refusal(write(join(folder, 'second'), 'new', { symlink: 'follow' }));
    expect(error.message).toContain('does not exist');
  });
});

describe('a destination that is no file', () => {
  it('is refused when it is a directory', async () => {
    await mkdir(file);
    const error = await refusal(write(file, 'new'));
    expect(error.message).toBe(`Cannot use ${file}: it is a directory, not a file`);
  });

  it('is refused when it is a device or a named pipe', async () => {
    expect((await refusal(write('/dev/null', 'new'))).message).toContain('it is a device');
    execFileSync('mkfifo', [file]);
    expect((await refusal(write(file, 'new', { write: 'inPlace' }))).message).toContain(
      'it is a named pipe',
    );
  });
});

describe('writing in place', () => {
  it('keeps the file and its other names, and shortens it', async () => {
    await writeFile(file, 'a long old text');
    linkSync(file, join(folder, 'other-name'));
    const staged = await stageFile(file, 'new', { ...PLAIN, write: 'inPlace' });
    expect(staged.path).toBeUndefined();
    expect(await readdir(folder)).toHaveLength(2);
    expect(await staged.commit()).toBe('inPlace');
    expect(await readFile(join(folder, 'other-name'), 'utf8')).toBe('new');
  });

  it('renames where there is no file yet', async () => {
    expect(await write(file, 'new', { write: 'inPlace', mode: 0o600 })).toBe('renamed');
    expect(await mode(file)).toBe(0o600);
  });

  it('sets the mode that is asked for', async () => {
    await writeFile(file, 'old', { mode: 0o644 });
    await writeInPlace(file, 'new', { ...PLAIN, mode: 0o600 });
    expect(await mode(file)).toBe(0o600);
  });
});
