import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyAttributes, sameAttributes } from '../../../src/output/attributes.ts';
import { resolveOwner } from '../../../src/output/owner.ts';
import { readDestination } from '../../../src/output/read-destination.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attributes-'));
  file = join(folder, 'app.conf');
  writeFileSync(file, 'text');
  chmodSync(file, 0o640);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('sameAttributes', () => {
  it('compares only what is asked for', async () => {
    const now = statSync(file);
    expect(await sameAttributes(now, {})).toBe(true);
    expect(await sameAttributes(now, { mode: 0o640 })).toBe(true);
    expect(await sameAttributes(now, { mode: 0o644 })).toBe(false);
    expect(await sameAttributes(now, { user: String(now.uid) })).toBe(true);
    expect(await sameAttributes(now, { user: String(now.uid + 1) })).toBe(false);
    expect(await sameAttributes(now, { group: String(now.gid) })).toBe(true);
    expect(await sameAttributes(now, { group: String(now.gid + 1) })).toBe(false);
  });
});

describe('applyAttributes', () => {
  it('corrects the mode and rewrites nothing', async () => {
    const before = statSync(file);
    await applyAttributes(file, { mode: 0o4755 });
    const after = statSync(file);
    expect(after.mode & 0o7777).toBe(0o4755);
    expect([after.ino, after.mtimeMs]).toEqual([before.ino, before.mtimeMs]);
  });

  it.runIf(process.geteuid?.() === 0)('corrects the owner and keeps the rest', async () => {
    await applyAttributes(file, { group: '77' });
    expect(statSync(file)).toMatchObject({ uid: 0, gid: 77 });
    expect(statSync(file).mode & 0o7777).toBe(0o640);
    expect(await sameAttributes(statSync(file), { group: '77' })).toBe(true);
  });
});

describe('resolveOwner', () => {
  it('knows names and numbers, and leaves out what is not asked for', async () => {
    expect(await resolveOwner({ user: 'root', group: '0' })).toEqual({ uid: 0, gid: 0 });
    expect(await resolveOwner({ group: 'daemon' })).toEqual({ gid: 1 });
    expect(await resolveOwner({})).toEqual({});
  });

  it('refuses who is not there, and the number that means nobody', async () => {
    await expect(resolveOwner({ group: 'no-such-group' })).rejects.toThrow(
      'The group "no-such-group" does not exist here',
    );
    await expect(resolveOwner({ user: '4294967295' })).rejects.toThrow('not a possible id');
    await expect(resolveOwner({ user: '-v' })).rejects.toThrow('The user "-v" does not exist here');
  });
});

describe('readDestination', () => {
  it('reads the bytes and what the system knows, or says that there is nothing', async () => {
    const current = await readDestination(file, 'refuse');
    expect(current?.bytes.toString()).toBe('text');
    expect(current?.stat.mode).toBe(0o100640);
    expect(await readDestination(join(folder, 'missing'), 'refuse')).toBeUndefined();
    expect(await readDestination(join(folder, 'missing/deeper'), 'refuse')).toBeUndefined();
  });
});
