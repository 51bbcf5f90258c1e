import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolders } from '../../../src/output/folders.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'autotmpl-folders-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

it('makes the folders of files that lie above each other, for all at the same moment', async () => {
  const below = ['file', 'b/file', 'b/c/file', 'b/c/d/file'];
  const paths = Array.from({ length: 100 }, (_, index) =>
    below.map((name) => join(root, String(index), name)),
  );
  for (const some of paths) await Promise.all(some.toReversed().map((path) => makeFolders(path)));
  expect(statSync(join(root, '99/b/c/d')).mode & 0o777).toBe(0o755);
});

it('gives up where a folder cannot be made in one that exists', async () => {
  await expect(makeFolders('/proc/autotmpl/a/file')).rejects.toThrow(
    'Cannot make the folder /proc/autotmpl/a: ',
  );
});
