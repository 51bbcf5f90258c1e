import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeError } from '../../../src/core/errors.ts';
import { DryPublisher } from '../../../src/renderer/dry-publisher.ts';
import type { Publication, Published, Publisher } from '../../../src/renderer/publisher.ts';
import type { Target } from '../../../src/renderer/target.ts';
import { filePublisher, publishAll } from '../../support/file-publisher.ts';
import { makeTarget } from '../../support/targets.ts';

let folder: string;
let publisher: Publisher;
const at = (name: string): string => join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'autotmpl-groups-'));
  publisher = filePublisher();
  for (const name of ['a', 'b']) writeFileSync(at(name), 'old');
});
afterEach(() => {
  expect(readdirSync(folder).filter((name) => /autotmpl-(\d|journal)/.test(name))).toEqual([]);
  rmSync(folder, { recursive: true, force: true });
});

const publication = (
  name: string,
  text: string,
  fields: Partial<Target> = {},
  more: Partial<Publication> = {},
): Publication => ({
  target: makeTarget({ label: name, destination: at(name), fileGroup: 'web', ...fields }),
  ...{ text, secrets: new Set(), files: [], ...more },
});

const publish = async (...batch: Publication[]): Promise<string[]> =>
  (await publishAll(publisher, batch)).map(shown);

const shown = (published: Published): string => {
  if (published.outcome === 'held')
    return `held by ${published.by}: ${describeError(published.error)}`;
  return published.outcome === 'failed'
    ? `failed: ${describeError(published.error)}`
    : published.outcome;
};

const HELD = 'held by group: nothing of the group web is replaced, because of b';

describe('the files of a group', () => {
  it('are replaced together', async () => {
    expect(await publish(publication('a', 'new'), publication('b', 'new'))).toEqual([
      'written',
      'written',
    ]);
    expect([read('a'), read('b')]).toEqual(['new', 'new']);
  });

  it('are replaced where only one of them differs', async () => {
    expect(await publish(publication('a', 'new'), publication('b', 'old'))).toEqual([
      'written',
      'unchanged',
    ]);
    expect([read('a'), read('b')]).toEqual(['new', 'old']);
  });

  it('are all held where one is not of its format, and others of the batch are not', async () => {
    const published = await publish(
      publication('a', 'new'),
      publication('b', '[', { format: 'json' }),
      publication('c', 'new', { fileGroup: 'other' }),
    );
    expect(published).toEqual([
      HELD,
      expect.stringMatching(/^held by check: b would not be JSON/),
      'written',
    ]);
    expect([read('a'), read('b')]).toEqual(['old', 'old']);
  });

  it('are all held where the check of one refuses it', async () => {
    const check = { command: 'exit 1', timeoutMs: 5000 };
    const published = await publish(publication('a', 'new'), publication('b', 'new', { check }));
    expect(published).toEqual([
      HELD,
      expect.stringMatching(/^held by check: the check of b failed/),
    ]);
    expect([read('a'), read('b')]).toEqual(['old', 'old']);
  });

  it('are all checked where one of them changes, and each check is told of all', async () => {
    const check = {
      command: `printf '%s\\n' "$AUTOTMPL_STAGED_FILES" > '${at('seen')}'`,
      timeoutMs: 5000,
    };
    await publish(publication('a', 'new'), publication('b', 'old', { check }));
    expect(read('seen').split('\n').slice(0, 2)).toEqual([
      expect.stringMatching(new RegExp(`^${at('a')}\t${at('.a.autotmpl-')}\\d+-[0-9a-f]+$`)),
      `${at('b')}\t${at('b')}`,
    ]);
  });

  it('hold even what is right already where one is refused: the group is not as it should be', async () => {
    const check = { command: 'exit 1', timeoutMs: 5000 };
    expect((await publish(publication('a', 'old'), publication('b', 'new', { check })))[0]).toBe(
      HELD,
    );
  });

  it('are all held where one cannot be staged', async () => {
    const file = { createDirs: false, backup: false, symlink: 'refuse', write: 'rename' } as const;
    const published = await publish(
      publication('a', 'new'),
      publication('b', 'new', { destination: at('missing/b'), file }),
    );
    expect(published).toEqual([HELD, expect.stringMatching(/^failed: Cannot write .*missing\/b/)]);
    expect(read('a')).toBe('old');
  });

  it('are all old where one cannot be renamed, and the one to blame is said', async () => {
    // A folder takes the file's place while the check runs.
    const check = { command: `rm '${at('b')}' && mkdir '${at('b')}'`, timeoutMs: 5000 };
    const published = await publish(publication('a', 'new'), publication('b', 'new', { check }));
    expect(published).toEqual([
      HELD,
      expect.stringMatching(/^failed: Cannot write .*\/b: it is a directory/),
    ]);
    expect(read('a')).toBe('old');
  });

  it('keep their backups, and have what is written beside them follow', async () => {
    const file = { createDirs: true, backup: true, symlink: 'refuse', write: 'rename' } as const;
    const files = [{ path: at('beside'), text: 'x', mode: 0o644, how: 'replace' as const }];
    await publish(publication('a', 'new', { file }, { files }), publication('b', 'new', { file }));
    expect([read('a.bak'), read('b.bak'), read('beside')]).toEqual(['old', 'old', 'x']);
  });

  it('have a command owed for each that changed and has one', async () => {
    await publish(
      publication('a', 'new', { command: 'true' }),
      publication('b', 'new', { command: 'true' }),
      publication('c', 'new'),
    );
    const owed = ['a', 'b', 'c'].filter((name) => existsSync(at(`.${name}.autotmpl-owed`)));
    expect(owed).toEqual(['a', 'b']);
  });

  it('are put in place at the next try, once what kept one is gone', async () => {
    const file = { createDirs: false, backup: false, symlink: 'refuse', write: 'rename' } as const;
    const batch = [
      publication('a', 'new'),
      publication('b', 'new', { destination: at('missing/b'), file }),
    ];
    await publish(...batch);
    mkdirSync(at('missing'));
    expect(await publish(...batch)).toEqual(['written', 'written']);
    expect([read('a'), read('missing/b')]).toEqual(['new', 'new']);
  });

  it('are told apart from single files by name only: a group of one is one file', async () => {
    expect(await publish(publication('a', 'new'))).toEqual(['written']);
  });
});

describe('the files of a group that is only shown', () => {
  it('are all shown, or said to be held', async () => {
    const printed: string[] = [];
    publisher = new DryPublisher({ print: (text) => void printed.push(text), color: 0 });
    expect(
      await publish(publication('a', 'new'), publication('b', '[', { format: 'json' })),
    ).toEqual([HELD, expect.stringMatching(/^held by check/)]);
    expect(printed).toEqual([]);
    expect(
      await publish(publication('a', 'new'), publication('b', '[]', { format: 'json' })),
    ).toEqual(['shown', 'shown']);
    expect(printed).toHaveLength(2);
  });
});
