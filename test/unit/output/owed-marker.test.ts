import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { owedMarker } from '../../../src/output/owed-marker.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'owed-marker-'));
  file = join(folder, 'app.conf');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the owed marker', () => {
  it('stands from set to clear, as a private empty file beside the destination', async () => {
    expect(await owedMarker.isSet(file)).toBe(false);
    expect(await owedMarker.set(file)).toBe('made');
    expect(await owedMarker.set(file)).toBe('stood');
    expect(readdirSync(folder)).toEqual(['.app.conf.autotmpl-owed']);
    const marker = lstatSync(join(folder, '.app.conf.autotmpl-owed'));
    expect([marker.size, marker.mode & 0o777]).toEqual([0, 0o600]);
    expect(await owedMarker.isSet(file)).toBe(true);
    expect(await owedMarker.isSet(join(folder, 'other.conf'))).toBe(false);
    await owedMarker.clear(file);
    await owedMarker.clear(file);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is simply not there where the folder is missing', async () => {
    const missing = join(folder, 'missing/app.conf');
    expect(await owedMarker.set(missing)).toBe('none');
    expect(await owedMarker.isSet(missing)).toBe(false);
    await owedMarker.clear(missing);
  });

  it('follows no link that somebody put in its place', async () => {
    symlinkSync(join(folder, 'elsewhere'), join(folder, '.app.conf.autotmpl-owed'));
    expect(await owedMarker.set(file)).toBe('none');
    expect(readdirSync(folder)).not.toContain('elsewhere');
    mkdirSync(join(folder, 'elsewhere'));
    expect(await owedMarker.isSet(file)).toBe(false);
  });
});
