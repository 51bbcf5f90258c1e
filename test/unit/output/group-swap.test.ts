import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stageFile } from '../../../src/output/atomic-write.ts';
import { findJournals } from '../../../src/output/find-journals.ts';
import { finishSwaps } from '../../../src/output/finish-swaps.ts';
import { GroupSwap, swapTogether, type WaitingFile } from '../../../src/output/group-swap.ts';
import { removeLeftovers } from '../../../src/output/leftovers.ts';
import { journalPath } from '../../../src/output/side-names.ts';

/** `d` is new: there is no old one. */
const NAMES = ['a', 'sub/b', 'c', 'd'];
const OLD = ['old a', 'old sub/b', 'old c', undefined];
const NEW = ['new a', 'new sub/b', 'new c', 'new d'];

let folder: string;
const at = (name: string): string => join(folder, name);
const all = NAMES;
const paths = (): string[] => all.map(at);
const texts = (): (string | undefined)[] =>
  paths().map((path) => (existsSync(path) ? readFileSync(path, 'utf8') : undefined));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl-group-'));
  mkdirSync(at('sub'));
  for (const name of ['a', 'sub/b', 'c']) writeFileSync(at(name), `old ${name}`);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const stageAll = async (): Promise<WaitingFile[]> =>
  Promise.all(
    NAMES.map(async (name) => {
      const staged = await stageFile(at(name), `new ${name}`, {
        ...{ createDirs: true, backup: false, symlink: 'refuse', write: 'rename' },
      });
      return { destination: staged.destination, path: staged.path ?? '' };
    }),
  );

/** What the next start does, as if it were another process. */
const nextStart = async (names: readonly string[] = NAMES) => {
  const destinations = names.map(at);
  const settled = await finishSwaps(await findJournals(destinations));
  await removeLeftovers(destinations);
  return settled.map(({ outcome, reason }) =>
    reason === undefined ? outcome : `${outcome}: ${reason}`,
  );
};

const leftovers = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.includes('autotmpl'),
  );

describe('files that are replaced together', () => {
  it('are all new, and nothing else is left', async () => {
    expect(await swapTogether(await stageAll())).toBeUndefined();
    expect(texts()).toEqual(NEW);
    expect(leftovers()).toEqual([]);
  });

  it('are all old where one cannot be replaced, and the failure names it', async () => {
    const files = await stageAll();
    rmSync(at('c'));
    mkdirSync(at('c'));
    const failure = await swapTogether(files);
    expect(failure).toMatchObject({ destination: at('c'), isHalfDone: false });
    expect(failure?.error.message).toContain(`Cannot write ${at('c')}`);
    rmSync(at('c'), { recursive: true });
    expect(texts()).toEqual(['old a', 'old sub/b', undefined, undefined]);
    await nextStart();
    expect(leftovers()).toEqual([]);
  });

  it('are the old files themselves after an undo, not copies of them', async () => {
    const before = statSync(at('a')).ino;
    const files = await stageAll();
    rmSync(files[2]?.path ?? '');
    expect(await swapTogether(files)).toMatchObject({ destination: at('c') });
    expect([texts(), statSync(at('a')).ino]).toEqual([OLD, before]);
  });
});

describe('the next start after a crash', () => {
  it.each([0, 1, 2, 3, 4])('finishes what was begun, after %i of 4 renames', async (count) => {
    const swap = await GroupSwap.begin(await stageAll());
    for (const entry of swap.entries.slice(0, count)) await swap.replace(entry);
    expect(await nextStart()).toEqual(['finished']);
    expect(texts()).toEqual(NEW);
    expect(leftovers()).toEqual([]);
  });

  it.each([0, 1, 2, 3])(
    'undoes it where a new file is gone, after %i of 4 renames',
    async (count) => {
      const files = await stageAll();
      const swap = await GroupSwap.begin(files);
      for (const entry of swap.entries.slice(0, count)) await swap.replace(entry);
      rmSync(files[3]?.path ?? '');
      expect(await nextStart()).toEqual(['undone']);
      expect(texts()).toEqual(OLD);
      expect(leftovers()).toEqual([]);
    },
  );

  it.each([1, 2, 3])('undoes it where a rename fails, after %i of 4', async (count) => {
    const swap = await GroupSwap.begin(await stageAll());
    for (const entry of swap.entries.slice(0, count)) await swap.replace(entry);
    // A folder of its name: the last rename fails, and what is no file of ours is let be.
    mkdirSync(at('d'));
    expect(await nextStart()).toEqual(['undone']);
    rmSync(at('d'), { recursive: true });
    expect(texts()).toEqual(OLD);
  });

  it('finishes an undo that was cut short', async () => {
    const files = await stageAll();
    const swap = await GroupSwap.begin(files);
    for (const entry of swap.entries.slice(0, 3)) await swap.replace(entry);
    const [first] = swap.entries;
    renameSync(at(first?.old?.name ?? ''), at('a'));
    rmSync(files[3]?.path ?? '');
    expect(await nextStart()).toEqual(['undone']);
    expect(texts()).toEqual(OLD);
  });

  it('lets files be that somebody has changed since, and forgets the journal', async () => {
    const swap = await GroupSwap.begin(await stageAll());
    for (const entry of swap.entries.slice(0, 2)) await swap.replace(entry);
    renameSync(at('sub/b'), at('away'));
    writeFileSync(at('sub/b'), 'by hand');
    expect(await nextStart()).toEqual(['refused: somebody else has changed its files since']);
    expect(texts()).toEqual(['new a', 'by hand', 'old c', undefined]);
    expect(leftovers()).toEqual([]);
  });

  it('puts a copy back where the file system has no links', async () => {
    const files = await stageAll();
    const swap = await GroupSwap.begin(files);
    const old = swap.entries[0]?.old?.name ?? '';
    // As it would be: another file of the same text.
    rmSync(at(old));
    writeFileSync(at(old), 'old a');
    for (const entry of swap.entries.slice(0, 2)) await swap.replace(entry);
    rmSync(files[3]?.path ?? '');
    expect(await nextStart()).toEqual(['undone']);
    expect(texts()).toEqual(OLD);
  });

  it('goes on with what an undo could not put back', async () => {
    const swap = await GroupSwap.begin(await stageAll());
    for (const entry of swap.entries.slice(0, 2)) await swap.replace(entry);
    rmSync(join(folder, 'sub', swap.entries[1]?.old?.name ?? ''));
    await expect(swap.undo()).rejects.toThrow('ENOENT');
    expect(existsSync(journalPath(at('a')))).toBe(true);
    expect(await nextStart()).toEqual(['finished']);
    expect(texts()).toEqual(NEW);
  });

  it('finds the journal behind a symbolic link', async () => {
    symlinkSync(at('a'), at('link'));
    const swap = await GroupSwap.begin(await stageAll());
    await swap.replace(swap.entries[0]!);
    expect(await nextStart(['link', 'sub/b', 'c', 'd'])).toEqual(['finished']);
  });

  it('has nothing to do where nothing was begun', async () => {
    expect(await nextStart()).toEqual([]);
  });
});

describe('a journal', () => {
  const begun = async (): Promise<string> => {
    await GroupSwap.begin(await stageAll());
    return journalPath(at('a'));
  };
  const rewrite = (path: string, change: (text: string) => string): void =>
    writeFileSync(path, change(readFileSync(path, 'utf8')));
  const isUntouched = (): void => expect(texts()).toEqual(OLD);

  it('is for nobody else to read', async () => {
    expect(statSync(await begun()).mode & 0o777).toBe(0o600);
  });

  it('is let be while the process that wrote it runs', async () => {
    const path = await begun();
    // Process 1 has run since before.
    rewrite(path, (text) => text.replace(`"pid":${process.pid}`, '"pid":1'));
    expect(await nextStart()).toEqual([]);
    expect(existsSync(path)).toBe(true);
    isUntouched();
  });

  it('is obeyed where that process id is older than it could be', async () => {
    const path = await begun();
    rewrite(path, (text) => text.replace(`"pid":${process.pid}`, '"pid":1'));
    utimesSync(path, 1000, 1000);
    expect(await nextStart()).toEqual(['finished']);
  });

  it.each<[string, string, (path: string) => void]>([
    ['others may write', 'others may read or write it', (path) => chmodSync(path, 0o620)],
    ['has a second name', 'it has a second name', (path) => linkSync(path, at('other'))],
    ['is no JSON', 'it is not what autotmpl writes', (path) => rewrite(path, () => '{')],
    [
      'is of another version',
      'it is not what autotmpl writes',
      (path) => rewrite(path, (text) => text.replace('"version":1', '"version":2')),
    ],
    [
      'names a file of another name',
      'it is not what autotmpl writes',
      (path) => rewrite(path, (text) => text.replace(/"name":"\.a\.autotmpl-[^"]*"/, '"name":"c"')),
    ],
    [
      'names a side file elsewhere',
      'it is not what autotmpl writes',
      (path) => rewrite(path, (text) => text.replace('"name":".a.', '"name":"../.a.')),
    ],
    [
      'names a side file of another destination',
      'it is not what autotmpl writes',
      (path) => rewrite(path, (text) => text.replace('"name":".a.', '"name":".c.')),
    ],
  ])('that %s is not obeyed', async (_, reason, spoil) => {
    const path = await begun();
    spoil(path);
    expect(await nextStart()).toEqual([`refused: ${reason}`]);
    isUntouched();
  });

  it('that names a file which the config does not is not obeyed', async () => {
    await begun();
    expect(await nextStart(['a', 'sub/b', 'c'])).toEqual([
      `refused: the config does not name ${at('d')}`,
    ]);
    isUntouched();
  });

  it('that is a symbolic link is not obeyed', async () => {
    const path = await begun();
    renameSync(path, at('journal'));
    symlinkSync(at('journal'), path);
    expect(await nextStart()).toEqual([expect.stringMatching(/^refused: ELOOP/)]);
    isUntouched();
  });

  it.runIf(process.getuid?.() === 0)('of another user is not obeyed', async () => {
    chownSync(await begun(), 12_345, 0);
    expect(await nextStart()).toEqual(['refused: it belongs to another user']);
    isUntouched();
  });

  it('takes the place of whatever lies there, without following it', async () => {
    writeFileSync(at('victim'), 'safe');
    symlinkSync(at('victim'), journalPath(at('a')));
    expect(await swapTogether(await stageAll())).toBeUndefined();
    expect(readFileSync(at('victim'), 'utf8')).toBe('safe');
    expect(leftovers()).toEqual([]);
  });
});
