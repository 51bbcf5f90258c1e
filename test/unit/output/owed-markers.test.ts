import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OwedMarkers, type Cover } from '../../../src/output/owed-markers.ts';

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
    await markers.cover([file]).clear();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('stay where the file was swapped again after the command had started', async () => {
    await markers.around(file, nothing);
    const cover = markers.cover([file]);
    await markers.around(file, nothing);
    await cover.clear();
    expect(readdirSync(folder)).toEqual([MARKER]);
  });

  it('stay where a command ends in the midst of a swap', async () => {
    const cover = markers.cover([file]);
    await markers.around(file, () => cover.clear());
    expect(readdirSync(folder)).toEqual([MARKER]);
  });

  it('stay where a command started in the midst of a swap', async () => {
    const covers: Cover[] = [];
    await markers.around(file, async () => {
      covers.push(markers.cover([file]));
    });
    await covers[0]?.clear();
    expect(readdirSync(folder)).toEqual([MARKER]);
  });

  it('stand although one was being cleared when the next swap began', async () => {
    for (let round = 0; round < 50; round += 1) {
      await markers.around(file, nothing);
      const clearing = markers.cover([file]).clear();
      await Promise.all([clearing, markers.around(file, nothing)]);
      expect(readdirSync(folder)).toEqual([MARKER]);
    }
  });

  it('pass on what a swap throws, and stand after it: the file may be the new one', async () => {
    await expect(markers.around(file, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(await markers.isOwed(file)).toBe(true);
  });

  it('stand no longer than before after a swap that left the file as it was', async () => {
    const swap = (): Promise<void> => markers.around(file, async (stays) => stays());
    await swap();
    expect(readdirSync(folder)).toEqual([]);
    await markers.around(file, nothing);
    const cover = markers.cover([file]);
    await swap();
    expect(readdirSync(folder)).toEqual([MARKER]);
    // The command that was under way meanwhile ran on the file that is there.
    await cover.clear();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('are known where their folder takes none', async () => {
    const elsewhere = join(folder, 'missing', 'app.conf');
    await markers.around(elsewhere, nothing);
    expect(await markers.isOwed(elsewhere)).toBe(true);
    await markers.cover([elsewhere]).clear();
    expect(await markers.isOwed(elsewhere)).toBe(false);
  });

  it('tell which command is under way on the file that is there', async () => {
    await markers.around(file, nothing);
    const cover = markers.cover([file], 'reload');
    expect(markers.isUnderWay(file, 'reload')).toBe(true);
    expect(markers.isUnderWay(file, 'another')).toBe(false);
    await markers.around(file, nothing);
    expect(markers.isUnderWay(file, 'reload')).toBe(false);
    cover.end();
    const next = markers.cover([file], 'reload');
    cover.end();
    expect(markers.isUnderWay(file, 'reload')).toBe(true);
    next.end();
    expect(markers.isUnderWay(file, 'reload')).toBe(false);
  });

  it('let the file be replaced that a command failed on, and none that came after it', async () => {
    await markers.around(file, nothing);
    const cover = markers.cover([file]);
    let replaced = 0;
    const replace = async (): Promise<void> => void (replaced += 1);
    expect(await cover.replace(file, replace)).toBe(true);
    // It is another file now, which this command did not run on.
    expect(await cover.replace(file, replace)).toBe(false);
    expect(replaced).toBe(1);
    await cover.clear();
    expect(await markers.isOwed(file)).toBe(true);
  });

  it('let no file be replaced while another is on its way', async () => {
    const cover = markers.cover([file]);
    const steps: string[] = [];
    const swapping = markers.around(file, async () => {
      steps.push('swapped in');
    });
    expect(await cover.replace(file, async () => void steps.push('replaced'))).toBe(false);
    await swapping;
    expect(steps).toEqual(['swapped in']);
  });

  it('have swaps of one file wait for each other', async () => {
    const steps: string[] = [];
    const swap = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} ends`);
    };
    await Promise.all([markers.around(file, swap('one')), markers.around(file, swap('two'))]);
    expect(steps).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  });
});
