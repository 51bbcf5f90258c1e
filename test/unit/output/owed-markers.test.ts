import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OwedMarkers } from '../../../src/output/owed-markers.ts';

const MARKER = '.app.conf.autotmpl-owed';

let folder: string;
let file: string;
let markers: OwedMarkers;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'owed-markers-'));
  file = join(folder, 'app.conf');
  markers = new OwedMarkers();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const nothing = async (): Promise<void> => undefined;

describe('the markers of a process', () => {
  it('stand from before a swap until a command that started after it has succeeded', async () => {
    let during: string[] = [];
    await markers.around(file, async () => {
      during = readdirSync(folder);
    });
    expect(during).toEqual([MARKER]);
    expect(await markers.isOwed(file)).toBe(true);
    await markers.cover([file])();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stay where the file was swapped again after the command had started', async () => {
    await markers.around(file, nothing);
    const settle = markers.cover([file]);
    await markers.around(file, nothing);
    await settle();
    expect(readdirSync(folder)).toEqual([MARKER]);
  });

  it('stay where a command ends in the midst of a swap', async () => {
    const settle = markers.cover([file]);
    await markers.around(file, settle);
    expect(readdirSync(folder)).toEqual([MARKER]);
  });

  it('stay where a command started in the midst of a swap', async () => {
    let settle = nothing;
    await markers.around(file, async () => {
      settle = markers.cover([file]);
    });
    await settle();
    expect(readdirSync(folder)).toEqual([MARKER]);
  });

  it('stand although one was being cleared when the next swap began', async () => {
    for (let round = 0; round < 50; round += 1) {
      await markers.around(file, nothing);
      const clearing = markers.cover([file])();
      await Promise.all([clearing, markers.around(file, nothing)]);
      expect(readdirSync(folder)).toEqual([MARKER]);
    }
  });

  it('pass on what a swap throws, and stand after it: the file may be the new one', async () => {
    await expect(markers.around(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await markers.isOwed(file)).toBe(true);
  });
});
