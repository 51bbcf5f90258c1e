import { chmodSync, linkSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { goodCopy } from '../../../src/output/good-copy.ts';
import { resolveDestination } from '../../../src/output/resolve-destination.ts';
import { goodPath } from '../../../src/output/side-names.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl-strange-'));
  chmodSync(folder, 0o1777);
  path = join(folder, 'site.conf');
  writeFileSync(path, 'good\n');
});
afterEach(() => rmSync(folder, { recursive: true }));

const isKnown = async () =>
  (await resolveDestination(path, 'refuse')).existing?.ino === lstatSync(path).ino;
const readKept = () => goodCopy.read(path, new Set([process.geteuid?.() ?? 0]));

it('is no stranger where its other name is that of what was kept of it', async () => {
  linkSync(path, goodPath(path));
  expect(await isKnown()).toBe(true);
  expect((await readKept())?.bytes.toString()).toBe('good\n');
});

it('is a stranger where it has a name elsewhere, alone or as well', async () => {
  linkSync(path, join(folder, 'elsewhere'));
  expect(await isKnown()).toBe(false);
  writeFileSync(goodPath(path), 'good\n');
  expect(await isKnown()).toBe(false);
  rmSync(goodPath(path));
  linkSync(path, goodPath(path));
  expect(await isKnown()).toBe(false);
  expect(await readKept()).toBeUndefined();
});
