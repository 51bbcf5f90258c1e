import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { RotatingFile } from '../../../src/cli/rotating-file.ts';
import type { LogFileSettings } from '../../../src/config/log-settings.ts';

describe('a log file', () => {
  let folder: string;
  let now: number;
  const files: RotatingFile[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-rotating-'));
    now = Date.now();
  });

  afterEach(() => {
    for (const file of files.splice(0)) file.close();
    rmSync(folder, { recursive: true });
  });

  function open(settings: Partial<LogFileSettings> = {}, name = 'a.log'): RotatingFile {
    const file = new RotatingFile(
      {
        ...{ path: join(folder, name), naming: 'plain' },
        ...{ rotateBytes: 0, rotateDurationMs: 0, rotateMaxFiles: 0 },
        ...settings,
      },
      (sentence) => {
        throw new Error(sentence);
      },
      () => now,
    );
    files.push(file);
    return file;
  }

  const names = () => readdirSync(folder).sort();
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const stamp = (time: number) => `${time}000000`;

  it('is gone on with, and for ever where nobody limits it', () => {
    writeFileSync(join(folder, 'a.log'), 'before\n');
    const file = open();
    for (let line = 0; line < 100; line++) file.write('a line\n');
    expect(names()).toEqual(['a.log']);
    expect(read('a.log')).toBe(`before\n${'a line\n'.repeat(100)}`);
  });

  it('is moved away when it is too long, before the next line', () => {
    const file = open({ rotateBytes: 10 });
    file.write('12345\n');
    file.write('67890\n');
    expect(names()).toEqual(['a.log']);
    file.write('next\n');
    expect(names()).toEqual([`a-${stamp(now)}.log`, 'a.log']);
    expect(read('a.log')).toBe('next\n');
    expect(read(`a-${stamp(now)}.log`)).toBe('12345\n67890\n');
  });

  it('is moved away when it is too old, and an empty one never is', () => {
    const file = open({ rotateDurationMs: 1000 });
    now += 5000;
    file.write('a\n');
    file.write('b\n');
    expect(names()).toHaveLength(2);
    now += 999;
    file.write('c\n');
    expect(names()).toHaveLength(2);
    now += 1;
    file.write('d\n');
    expect(read('a.log')).toBe('d\n');
    expect(names()).toHaveLength(3);
  });

  it('has a time in its name from the beginning, where it is called so', () => {
    const file = open({ naming: 'stamped', rotateBytes: 1 }, 'ct');
    const first = now;
    file.write('a\n');
    now += 1;
    file.write('b\n');
    expect(names()).toEqual([`ct-${stamp(first)}.log`, `ct-${stamp(now)}.log`]);
    expect(read(`ct-${stamp(now)}.log`)).toBe('b\n');
  });

  it.each([
    [0, 6],
    [2, 3],
    [-1, 1],
  ])('keeps, of its older ones, as many as %d says', (rotateMaxFiles, left) => {
    writeFileSync(join(folder, 'a-notes.log'), 'not ours');
    const file = open({ rotateBytes: 1, rotateMaxFiles });
    for (let line = 0; line < 6; line++) {
      file.write(`${line}\n`);
      now += 1;
    }
    const ours = names().filter((name) => name !== 'a-notes.log');
    expect(ours).toHaveLength(left);
    expect(names()).toContain('a-notes.log');
    expect(read('a.log')).toBe('5\n');
    if (rotateMaxFiles === 2) expect(read(ours[0] ?? '')).toBe('3\n');
  });

  it('gets two files a millisecond where it has to', () => {
    const file = open({ rotateBytes: 1 });
    for (const line of ['a\n', 'b\n', 'c\n']) file.write(line);
    expect(names()).toHaveLength(3);
  });

  it('is opened anew after somebody moved it', () => {
    const file = open();
    file.write('a\n');
    renameSync(join(folder, 'a.log'), join(folder, 'moved'));
    file.reopen();
    file.write('b\n');
    expect([read('moved'), read('a.log')]).toEqual(['a\n', 'b\n']);
  });

  it('must be in a folder that is there', () => {
    expect(() => open({}, 'none/a.log')).toThrow('none/a.log cannot be opened (ENOENT)');
  });
});
