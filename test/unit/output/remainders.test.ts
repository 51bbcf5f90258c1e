import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stageFile } from '../../../src/output/atomic-write.ts';
import type { FileOptions } from '../../../src/output/file-options.ts';
import { Remainders } from '../../../src/output/remainders.ts';

const OPTIONS: FileOptions = { createDirs: true, backup: false, symlink: 'refuse', write: 'auto' };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'remainders-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('removes later what could not be removed when it had served', async () => {
  const remainders = new Remainders();
  const staged = await stageFile(join(folder, 'out'), 'text', OPTIONS, { remainders });
  const path = staged.path ?? '';
  // A folder is not removed as a file, whoever asks: so even root meets an error here.
  rmSync(path);
  mkdirSync(path);
  await staged.discard();
  await remainders.sweep();
  expect(existsSync(path)).toBe(true);

  rmdirSync(path);
  writeFileSync(path, 'text');
  await remainders.sweep();
  expect(readdirSync(folder)).toEqual([]);
});

it('lets be what others make in its place later', async () => {
  const remainders = new Remainders();
  const path = join(folder, 'out');
  writeFileSync(path, 'text');
  await remainders.remove(path);
  writeFileSync(path, 'of others');
  await remainders.sweep();
  expect(existsSync(path)).toBe(true);
});
