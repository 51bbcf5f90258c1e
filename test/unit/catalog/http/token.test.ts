import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TokenSource } from '../../../../src/catalog/http/token.ts';
import { ManualClock } from '../../../support/manual-clock.ts';

describe('the token', () => {
  let folder: string;
  let tokenFile: string;
  const clock = new ManualClock();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autotmpl-token-'));
    tokenFile = join(folder, 'token');
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('is the one that was given, and none where it is empty', async () => {
    expect(await new TokenSource('Consul', { token: 'abc' }, clock).current()).toBe('abc');
    expect(await new TokenSource('Consul', { token: '' }, clock).current()).toBeUndefined();
    expect(await new TokenSource('Consul', {}, clock).current()).toBeUndefined();
  });

  it('is what the file holds, without the space around it; the file wins', async () => {
    await writeFile(tokenFile, ' abc\n');
    expect(await new TokenSource('Consul', { token: 'other', tokenFile }, clock).current()).toBe(
      'abc',
    );
  });

  it('follows the file, looking once a second', async () => {
    await writeFile(tokenFile, 'one');
    const source = new TokenSource('Consul', { tokenFile }, clock);
    expect(await source.current()).toBe('one');
    await writeFile(`${tokenFile}.new`, 'two');
    await rename(`${tokenFile}.new`, tokenFile);
    expect(await source.current()).toBe('one');
    await clock.advance(1000);
    expect(await source.current()).toBe('two');
  });

  it('is read again at once when it was refused', async () => {
    await writeFile(tokenFile, 'one');
    const source = new TokenSource('Consul', { tokenFile }, clock);
    await source.current();
    await writeFile(tokenFile, 'two');
    expect(await source.current({ refused: true })).toBe('two');
  });

  it('goes on while its file is away or empty', async () => {
    await writeFile(tokenFile, 'one');
    const source = new TokenSource('Consul', { tokenFile }, clock);
    await source.current();
    await writeFile(tokenFile, '');
    await clock.advance(1000);
    expect(await source.current()).toBe('one');
    await rm(tokenFile);
    await clock.advance(1000);
    expect(await source.current()).toBe('one');
  });

  it('is an error that names the file where there was never one', async () => {
    await expect(new TokenSource('Consul', { tokenFile }, clock).current()).rejects.toThrow(
      tokenFile,
    );
    await writeFile(tokenFile, '\n');
    await expect(new TokenSource('Consul', { tokenFile }, clock).current()).rejects.toThrow(
      'empty',
    );
  });
});
