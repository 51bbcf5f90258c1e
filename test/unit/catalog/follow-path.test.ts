import { mkdir, mkdtemp, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { followPath, type PathState } from '../../../src/catalog/follow-path.ts';
import { systemClock } from '../../../src/core/time.ts';
import { waitUntil } from '../../support/wait-until.ts';

describe('a file that is followed', () => {
  let folder: string;
  let path: string;
  const ends: (() => Promise<void>)[] = [];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'autotmpl-follow-'));
    path = join(folder, 'file');
  });
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
    await rm(folder, { recursive: true, force: true });
  });

  function follow(followed: string) {
    const states: PathState[] = [];
    const controller = new AbortController();
    const ended = (async () => {
      for await (const state of followPath(followed, controller.signal, systemClock)) {
        states.push(state);
      }
    })();
    ends.push(async () => {
      controller.abort();
      await ended;
    });
    const reach = (text: string | undefined, timeoutMs = 1500) =>
      waitUntil(
        () => {
          const last = states.at(-1);
          if (last === undefined) return false;
          return text === undefined
            ? last.state === 'absent'
            : last.state === 'present' && last.text === text;
        },
        { what: `${text ?? 'no file'}; the last is ${JSON.stringify(states.at(-1))}`, timeoutMs },
      );
    return { states, reach };
  }

  it('is told as it is, and each time that it is written, replaced, removed and made', async () => {
    await writeFile(path, 'one');
    const { reach } = follow(path);
    await reach('one');
    await writeFile(path, 'two');
    await reach('two');
    await writeFile(`${path}.new`, 'three');
    await rename(`${path}.new`, path);
    await reach('three');
    await rm(path);
    await reach(undefined);
    await writeFile(path, 'four');
    await reach('four');
  });

  it('is told once where nothing changes, whatever happens beside it', async () => {
    await writeFile(path, 'one');
    const { states, reach } = follow(path);
    await reach('one');
    for (let turn = 0; turn < 20; turn++) await writeFile(join(folder, `other-${turn}`), 'x');
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(states).toHaveLength(1);
  });

  it('is followed through a link that is swapped, as Kubernetes does', async () => {
    for (const version of ['v1', 'v2']) {
      await mkdir(join(folder, version));
      await writeFile(join(folder, version, 'file'), version);
    }
    await symlink('v1', join(folder, '..data'));
    await symlink('..data/file', path);
    const { reach } = follow(path);
    await reach('v1');
    await symlink('v2', join(folder, '..data_tmp'));
    await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    await reach('v2');
    await writeFile(join(folder, 'v2', 'file'), 'written behind the link');
    await reach('written behind the link');
  });

  it('is found even where its folder is made later', async () => {
    const late = join(folder, 'a', 'b');
    const { reach } = follow(late);
    await reach(undefined);
    await mkdir(join(folder, 'a'));
    await writeFile(late, 'there');
    await reach('there', 5000);
  });

  it('is not told empty between a truncation and the write after it', async () => {
    await writeFile(path, 'one');
    const { states, reach } = follow(path);
    await reach('one');
    await truncate(path, 0);
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeFile(path, 'two');
    await reach('two');
    expect(states).toHaveLength(2);
    await truncate(path, 0);
    await reach('');
  });

  it('is unreadable where it is a folder', async () => {
    await mkdir(path);
    const { states } = follow(path);
    await waitUntil(() => states.at(-1)?.state === 'unreadable', { what: 'an unreadable file' });
    expect(states).toHaveLength(1);
  });
});
