import { randomBytes } from 'node:crypto';
import { deflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { pack, ParcelError, unpack } from '../../../../src/catalog/shared/parcel.ts';
import type { Value } from '../../../../src/catalog/values.ts';

const wrapped = (json: string, stamp = 'autotmpl-shared/1 '): string =>
  `${stamp}${deflateRawSync(json).toString('base64')}`;

/** Text that no compression makes shorter than three quarters. */
const noise = (bytes: number): string => randomBytes(bytes).toString('base64');

describe('a parcel of answers', () => {
  it('gives back what was packed, absence and odd text included', async () => {
    const answers = new Map<string, Value>([
      ['key(a)', null],
      ['datacenters()', ['dc1', 'é\u0000\ud800"\n']],
      ['services()', []],
    ]);
    const { text, leftOut } = await pack(answers);
    expect(leftOut).toEqual([]);
    expect(text).toMatch(/^autotmpl-shared\/1 [\w+/=]+$/);
    expect([...(await unpack(text))].toSorted()).toEqual([...answers].toSorted());
  });

  it('is a tenth as long as what it holds, where that is like what catalogs hold', async () => {
    const names = Array.from({ length: 1000 }, (_, index) => `web-${index}.node.example`);
    const { text } = await pack(new Map([['datacenters()', names]]));
    expect(text.length).toBeLessThan(JSON.stringify(names).length / 3);
  });

  it('leaves the longest out where there is no room for all', async () => {
    const answers = new Map<string, Value>([
      ['long', [noise(90_000)]],
      ['short', [noise(100)]],
      ['middle', [noise(10_000)]],
    ]);
    const { text, leftOut } = await pack(answers, 30_000);
    expect(text.length).toBeLessThanOrEqual(30_000);
    expect(leftOut).toEqual(['long']);
    expect([...(await unpack(text)).keys()]).toEqual(['short', 'middle']);
  });

  it('holds as many as there is room for, and is empty where there is none for any', async () => {
    const many = new Map<string, Value>(
      Array.from({ length: 1000 }, (_, index) => [`q${index}`, [noise(600)]]),
    );
    const { text, leftOut } = await pack(many, 400_000);
    expect(text.length).toBeLessThanOrEqual(400_000);
    expect(text.length).toBeGreaterThan(398_000);
    expect(leftOut.length).toBeGreaterThan(0);
    expect(await unpack((await pack(many, 60)).text)).toEqual(new Map());
  });

  it.each([
    ['', 'another version'],
    ['autotmpl-shared/2 AAAA', 'another version'],
    ['autotmpl-shared/1 ', 'damaged'],
    ['autotmpl-shared/1 \u0000{{"', 'damaged'],
    ['autotmpl-shared/1 AAAA', 'damaged'],
    [wrapped('{"a":1'), 'damaged'],
    [wrapped('{"a":1}'), 'no list'],
    [wrapped('[["a"]]'), 'no list'],
    [wrapped('[[1,2]]'), 'no list'],
    [wrapped('['.repeat(200_000)), 'damaged'],
    [wrapped(`[["a","${'x'.repeat(17 * 1024 * 1024)}"]]`), 'damaged'],
  ])('is refused where it is none: %#', async (text, why) => {
    await expect(unpack(text)).rejects.toThrow(ParcelError);
    await expect(unpack(text)).rejects.toThrow(why);
  });

  it('is refused or read, and nothing else, whatever its bytes are', async () => {
    const { text } = await pack(new Map([['datacenters()', ['dc1', 'dc2', 'dc3']]]));
    for (let turn = 0; turn < 2000; turn++) {
      const bytes = Buffer.from(text, 'latin1');
      for (let count = 0; count < 1 + (turn % 4); count++) {
        const [position = 0, value = 0] = randomBytes(2);
        bytes[position % bytes.length] = value;
      }
      await unpack(bytes.toString('latin1')).catch((error: unknown) =>
        expect(error).toBeInstanceOf(ParcelError),
      );
    }
  });
});
