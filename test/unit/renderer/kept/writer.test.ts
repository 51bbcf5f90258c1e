import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptText, readKeptText } from '../../../../src/catalog/kept/kept-text.ts';
import type { Entries } from '../../../../src/renderer/kept/entry.ts';
import { Records } from '../../../../src/renderer/kept/records.ts';
import { Writer } from '../../../../src/renderer/kept/writer.ts';
import type { MadeOf } from '../../../../src/renderer/ledger.ts';
import { ManualClock } from '../../../support/manual-clock.ts';
import { recordingLogger } from '../../../support/recording-logger.ts';
import { waitUntil } from '../../../support/wait-until.ts';

const FORM = { write: keptText, read: readKeptText };
const MADE_OF: MadeOf = new Map([
  [
    'key(a)',
    {
      ...{ Path: 'a', Key: 'a', Value: 'one', CreateIndex: 1, ModifyIndex: 2 },
      ...{ LockIndex: 0, Flags: 0, Session: '' },
    },
  ],
]);

describe('a writer of records', () => {
  let root: string;
  let folder: string;
  let clock: ManualClock;
  let logger: ReturnType<typeof recordingLogger>;
  let entries: Entries;
  let current: boolean;
  let looks: number;
  let writer: Writer;

  /** A change of a file, of which the writer is told. */
  const change = (destination: string): void => {
    entries.set(destination, {
      ...{ madeOf: MADE_OF, secret: new Set() },
      ...{ atMs: clock.now(), changedAtMs: clock.now() },
    });
    writer.changed();
  };

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'autotmpl-writer-'));
    folder = join(root, 'state', 'answers');
    clock = new ManualClock();
    logger = recordingLogger();
    entries = new Map();
    current = true;
    looks = 0;
    writer = new Writer({
      ...{ entries, clock, logger, records: new Records(folder, FORM) },
      secrets: () => {
        looks += 1;
        return { texts: new Set(), undecided: new Set() };
      },
      isCurrent: () => current,
    });
  });
  afterEach(() => {
    writer.close();
    expect(clock.pending).toBe(0);
    rmSync(root, { recursive: true, force: true });
  });

  it('tries later each time while it fails, up to a minute', async () => {
    writeFileSync(join(root, 'state'), '');
    change('/etc/a');
    const triedAt: number[] = [];
    for (let second = 1; second <= 250; second += 1) {
      const before = looks;
      await clock.advance(1000);
      // It has failed when it has set its next time.
      await waitUntil(() => clock.pending === 1, { what: 'the end of the try' });
      if (looks > before) triedAt.push(second);
    }
    expect(triedAt).toEqual([1, 3, 7, 15, 31, 63, 123, 183, 243]);
    expect(logger.text().match(/not kept on disk/g)).toHaveLength(1);
  });

  it('notes of what the catalog still says that it is true, and of nothing else', async () => {
    change('/etc/a');
    await writer.settle();
    const [name = ''] = readdirSync(folder);
    const text = readFileSync(join(folder, name), 'utf8');
    await clock.advance(600_000);
    await writer.settle();
    expect(entries.get('/etc/a')?.atMs).toBe(600_000);
    current = false;
    await clock.advance(600_000);
    await writer.settle();
    expect(entries.get('/etc/a')?.atMs).toBe(600_000);
    expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
  });

  it('writes nothing by itself after its end', async () => {
    change('/etc/a');
    writer.close();
    change('/etc/b');
    await clock.advance(60_000);
    expect(looks).toBe(0);
  });
});
