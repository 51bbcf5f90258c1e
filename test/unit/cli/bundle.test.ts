import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { codeCachePath, openBundle } from '../../../src/cli/bundle.ts';

const PARAMETERS = 'exports, require, module, __filename, __dirname';
const program = (answer: number): string => `(function (${PARAMETERS}) {
  function answer() { return ${answer}; }
  globalThis.bundleSaid = { answer: answer(), name: __filename, sep: require('node:path').sep };
})`;

describe('a bundle', () => {
  let folder: string;
  let path: string;
  const said = (): unknown => (globalThis as { bundleSaid?: unknown }).bundleSaid;
  const runs = (answer = 1) => expect(said()).toEqual({ answer, name: path, sep: '/' });

  /** Opens and runs the bundle; returns whether its code cache was taken. */
  const start = (): boolean => {
    delete (globalThis as { bundleSaid?: unknown }).bundleSaid;
    const bundle = openBundle(path);
    bundle.run();
    return bundle.fromCache;
  };
  /** Makes the bundle's cache, by a file of another name: V8 remembers what it compiled under a name, and would not read a cache. */
  const keepCache = (): Buffer => {
    const twin = join(folder, 'twin.cjs');
    writeFileSync(twin, readFileSync(path));
    const bundle = openBundle(twin);
    bundle.run();
    const cache = bundle.makeCache();
    writeFileSync(codeCachePath(path), cache);
    return cache;
  };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'autotmpl-bundle-'));
    path = join(folder, 'program.cjs');
    writeFileSync(path, program(1));
  });

  afterEach(() => {
    rmSync(folder, { recursive: true });
    delete (globalThis as { bundleSaid?: unknown }).bundleSaid;
  });

  it('runs as a module does, without a cache, and writes none', () => {
    expect(start()).toBe(false);
    runs();
    expect(readdirSync(folder)).toEqual(['program.cjs']);
  });

  it('takes the cache that was made of it', () => {
    keepCache();
    expect(start()).toBe(true);
    runs();
  });

  it('takes no cache of another program, even one of the same length', () => {
    keepCache();
    writeFileSync(path, program(2));
    expect(start()).toBe(false);
    runs(2);
  });

  it.each([
    ['empty', () => Buffer.alloc(0)],
    ['cut', (cache: Buffer) => cache.subarray(0, cache.length / 2)],
    ['damaged in its middle', (cache: Buffer) => flip(cache, cache.length >> 1)],
    ['damaged at its beginning', (cache: Buffer) => flip(cache, 0)],
    ['damaged at its end', (cache: Buffer) => flip(cache, cache.length - 1)],
  ])('runs without a cache that is %s', (_, damage) => {
    writeFileSync(codeCachePath(path), damage(keepCache()));
    expect(start()).toBe(false);
    runs();
  });

  it('runs without a whole cache that another V8 has made', () => {
    const data = keepCache().subarray(0, -8);
    // Where V8 keeps what stands for its version: after a number for the format.
    const other = flip(data, 5);
    const seal = Buffer.alloc(8);
    seal.writeUInt32LE(crc32(readFileSync(path)), 0);
    seal.writeUInt32LE(crc32(other), 4);
    writeFileSync(codeCachePath(path), Buffer.concat([other, seal]));
    expect(start()).toBe(false);
    runs();
  });

  it('may run twice, each time anew', () => {
    const bundle = openBundle(path);
    bundle.run();
    const first = said();
    bundle.run();
    expect(said()).toEqual(first);
    expect(said()).not.toBe(first);
  });
});

function flip(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 0x55;
  return changed;
}
