import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeLeftPipes } from '../../../src/process/left-pipes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'left-pipes-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const age = (name: string): void => utimesSync(join(folder, name), 1, 1);

it('removes folders of pipes that were left long ago, and nothing that is in use or of others', async () => {
  for (const name of ['autotmpl-pipe-old', 'autotmpl-pipe-new', 'autotmpl-x', 'other']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'stdout'), '');
  }
  writeFileSync(join(folder, 'autotmpl-pipe-file'), '');
  for (const name of ['autotmpl-pipe-old', 'autotmpl-x', 'other', 'autotmpl-pipe-file']) age(name);
  await removeLeftPipes([join(folder, 'missing'), folder]);
  expect(readdirSync(folder).sort()).toEqual([
    'autotmpl-pipe-file',
    'autotmpl-pipe-new',
    'autotmpl-x',
    'other',
  ]);
});
